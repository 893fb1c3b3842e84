using System.Net;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

/// <summary>A PostgreSQL that takes no writes for the moment: its disk is full, or it is a standby.</summary>
public sealed class ReadOnlyStoreTests
{
    [Fact]
    public async Task What_would_be_written_is_503_until_it_is_and_reading_goes_on()
    {
        var app = await ApiApp.StartAsync(new() { ["Store:Provider"] = "Postgres" });
        try
        {
            await app.Postgres!.SetReadOnlyAsync(true);
            await Eventually.Equal(HttpStatusCode.OK, async () => (await app.Client.SendAsync(HttpMethod.Get, "/v1/batches")).Status);

            (await MakeKeyAsync()).IsProblem(503, "UNAVAILABLE");

            await app.Postgres.SetReadOnlyAsync(false);
            await Eventually.Equal(HttpStatusCode.Created, async () => (await MakeKeyAsync()).Status);
        }
        finally
        {
            await app.DisposeAsync();
        }

        Task<Reply> MakeKeyAsync() => app.Client.PostAsync("/v1/keys", """{"tenant":"acme","scopes":["read"]}""");
    }
}
