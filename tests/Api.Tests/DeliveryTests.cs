using System.Net;
using BatchPlatform.Contracts;

using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests;

/// <summary>The delivery log, and asking for deliveries again.</summary>
public sealed class DeliveryTests(ApiApp app) : IClassFixture<ApiApp>
{
    private static readonly DateTime Owed = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task Deliveries_are_listed_newest_first_with_every_attempt()
    {
        var batch = await BatchAsync();
        var first = await DeliveryAsync(batch, epoch: 1, DeliveryStates.Delivered, attempts: 2);
        var second = await DeliveryAsync(batch, epoch: 2, DeliveryStates.Waiting, attempts: 1);

        var reply = await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.CorrelationId}/deliveries");

        var items = reply.Body!["items"]!.AsArray();
        Assert.Equal([$"{second}", $"{first}"], items.Select(item => (string)item!["id"]!));
        Assert.Equal(
            """
            {"id":"ID","event":"batch.finished","run":1,"url":"https://example.org/hook","state":"delivered","next_attempt_at":null,"created_at":"2026-01-02T03:04:05Z","attempts":[{"number":1,"at":"2026-01-02T03:04:05Z","status_code":null,"duration_ms":15000,"answer":"no"},{"number":2,"at":"2026-01-02T03:04:05Z","status_code":200,"duration_ms":15000,"answer":"no"}]}
            """.Replace("ID", $"{first}", StringComparison.Ordinal),
            items[1]!.ToJsonString());
        Assert.Equal("2026-01-02T03:05:05Z", (string)items[0]!["next_attempt_at"]!);
        Assert.Null(reply.Body["next_cursor"]);
    }

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        var batch = await BatchAsync();
        var all = new List<string>();
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            all.Insert(0, $"{await DeliveryAsync(batch, epoch, DeliveryStates.Delivered)}");
        }

        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.CorrelationId}/deliveries?limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            seen.AddRange(page.Body!["items"]!.AsArray().Select(item => (string)item!["id"]!));
            cursor = (string?)page.Body["next_cursor"];
        }

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task One_delivery_is_asked_for_again_by_a_message()
    {
        var batch = await BatchAsync();
        var delivery = await DeliveryAsync(batch, epoch: 1, DeliveryStates.Delivered);

        var reply = await app.Client.PostAsync($"/v1/deliveries/{delivery}/resend", idempotencyKey: $"resend-{delivery}");
        var again = await app.Client.PostAsync($"/v1/deliveries/{delivery}/resend", idempotencyKey: $"resend-{delivery}");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (reply.Status, again.Status));
        await Eventually.Equal(1, () => app.Notifier.Asked<ResendDelivery>().Count(message => message.DeliveryId == delivery));
    }

    [Fact]
    public async Task What_failed_in_a_time_range_is_asked_for_again_by_one_message()
    {
        var own = await ApiApp.StartAsync();
        var batch = await BatchAsync(own);
        await DeliveryAsync(batch, epoch: 1, DeliveryStates.Failed, to: own);
        await DeliveryAsync(batch, epoch: 2, DeliveryStates.Held, to: own);
        await DeliveryAsync(batch, epoch: 3, DeliveryStates.Delivered, to: own);

        var reply = await own.Client.PostAsync("/v1/deliveries/resend", """{"from":"2026-01-02T04:04:05+01:00","to":"2026-01-02T03:04:06Z"}""");
        var none = await own.Client.PostAsync("/v1/deliveries/resend", """{"from":"2026-01-02T03:04:06Z","to":"2026-02-02T03:04:06Z"}""");

        Assert.Equal((HttpStatusCode.Accepted, 2, 0), (reply.Status, (int)reply.Body!["deliveries"]!, (int)none.Body!["deliveries"]!));
        await Eventually.Equal(2, () => own.Notifier.Asked<ResendDeliveries>().Count);
        Assert.Contains(own.Notifier.Asked<ResendDeliveries>(), asked => (asked.Tenant, asked.From, asked.To) == ("default", Owed, Owed.AddSeconds(1)));
        await own.DisposeAsync();
    }

    [Theory]
    [InlineData("{}", "from")]
    [InlineData("""{"from":"2026-01-02T03:04:05Z"}""", "to")]
    [InlineData("""{"from":"2026-01-02T03:04:05Z","to":"2026-01-02T03:04:05Z"}""", "to")]
    [InlineData("""{"from":"yesterday","to":"2026-01-02T03:04:05Z"}""", "from")]
    public async Task A_time_range_that_is_none_is_refused(string body, string field)
    {
        var reply = await app.Client.PostAsync("/v1/deliveries/resend", body);

        reply.IsProblem(422, "INVALID_FIELD");
        Assert.Equal([field], reply.Fields);
    }

    [Fact]
    public async Task Another_tenants_deliveries_do_not_exist()
    {
        var batch = await BatchAsync();
        var delivery = await DeliveryAsync(batch, epoch: 1, DeliveryStates.Failed);
        using var other = app.NewClient(await app.AddKeyAsync($"k{delivery:N}"[..12], "other", "read write"));

        (await other.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.CorrelationId}/deliveries")).IsProblem(404, "BATCH_NOT_FOUND");
        (await other.PostAsync($"/v1/deliveries/{delivery}/resend")).IsProblem(404, "DELIVERY_NOT_FOUND");
        Assert.Equal(0, (int)(await other.PostAsync("/v1/deliveries/resend", """{"from":"2020-01-01T00:00:00Z","to":"2030-01-01T00:00:00Z"}""")).Body!["deliveries"]!);
    }

    [Theory]
    [InlineData("no-id")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task An_unknown_delivery_is_404(string id) => (await app.Client.PostAsync($"/v1/deliveries/{id}/resend")).IsProblem(404, "DELIVERY_NOT_FOUND");

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("cursor=no")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        var batch = await BatchAsync();

        (await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.CorrelationId}/deliveries?{query}")).IsProblem(400, "INVALID_PARAMETER");
    }

    private async Task<Batch> BatchAsync(ApiApp? of = null)
    {
        of ??= app;
        var id = await of.Client.CreateAsync();
        return await of.ReadAsync(db => db.Batches.SingleAsync(batch => batch.CorrelationId == id));
    }

    private async Task<Guid> DeliveryAsync(Batch batch, int epoch, string state, int attempts = 0, ApiApp? to = null)
    {
        var id = Guid.CreateVersion7();
        await (to ?? app).WriteAsync(db =>
        {
            db.Deliveries.Add(new Delivery
            {
                Id = id, Batch = batch.Number, BatchId = batch.CorrelationId, Tenant = batch.Tenant, Run = 1, Epoch = epoch, Seq = Delivery.EndSeq,
                Event = CallbackEvents.Finished, Url = "https://example.org/hook", Host = "https://example.org/", State = state, Attempts = attempts,
                DueAt = Owed.AddMinutes(1), CreatedAt = Owed,
            });
            db.DeliveryAttempts.AddRange(Enumerable.Range(1, attempts).Select(number => new DeliveryAttempt
            {
                Delivery = id, Number = number, At = Owed, StatusCode = number == 1 ? 0 : 200, DurationMs = 15_000, Answer = "no",
            }));
        });
        return id;
    }
}
