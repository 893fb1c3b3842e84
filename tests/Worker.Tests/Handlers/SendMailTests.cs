using System.Text;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Samples.Handlers;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Handlers;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Worker.Tests.Handlers;

/// <summary>The sample handler, on a real worker.</summary>
public sealed class SendMailTests : IDisposable
{
    private static readonly Upstream Definition = new()
    {
        Namespace = "mail",
        Version = 1,
        BaseUrl = Upstream.InProcess,
        Actions = new Dictionary<string, UpstreamAction> { ["send"] = new() },
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pickup-");

    public void Dispose()
    {
        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_job_leaves_one_mail_however_often_it_comes()
    {
        await using var worker = await StartAsync();
        var slice = Slice("""{"to":"ada@example.org","subject":"Grüße","text":"Hello"}""");

        await worker.RunAsync(slice);
        await worker.RunAsync(slice with { SliceId = Guid.NewGuid() });

        var outcome = worker.Orchestrator.Outcomes[0];
        Assert.Equal((true, 200, 1), (outcome.Completed, outcome.StatusCode, outcome.Attempts));
        Assert.Equal("""{"messageId":"42-1-0@batch.example.org"}""", Encoding.UTF8.GetString(outcome.Response.Span));
        var mail = await File.ReadAllTextAsync(Assert.Single(_folder.GetFiles()).FullName);
        Assert.Contains("To: ada@example.org\r\n", mail);
        Assert.Contains(Convert.ToBase64String("Hello"u8), mail);
    }

    [Theory]
    [InlineData("""{"to":"nobody","subject":"Hi"}""", "BAD_ADDRESS")]
    [InlineData("""{"to":"ada@example.org","subject":"a\r\nBcc: eve@example.org"}""", "BAD_SUBJECT")]
    [InlineData("""{"to":7}""", ErrorCodes.ParamsDoNotFit)]
    public async Task A_mail_that_cannot_be_sent_fails_with_what_is_wrong(string json, string code)
    {
        await using var worker = await StartAsync();

        await worker.RunAsync(Slice(json));

        Assert.Equal(code, Assert.Single(worker.Orchestrator.Outcomes).ErrorCode);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task A_folder_that_is_away_is_tried_again()
    {
        await using var worker = await StartAsync();
        _folder.Delete(recursive: true);

        await worker.RunAsync(Slice("""{"to":"ada@example.org","subject":"Hi"}"""));

        Assert.Empty(worker.Orchestrator.Outcomes);
        Assert.Equal(2, Assert.Single(worker.Orchestrator.Reports.Single().Retries).Attempt);
    }

    [Fact]
    public void The_definition_in_its_README_is_one()
    {
        var readme = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "samples", "handlers", "README.md"));
        var json = readme.Split("```json")[1].Split("```")[0];

        var definition = JsonDocument.Parse(json).RootElement.GetProperty("Upstreams").GetProperty("mail").Deserialize<Upstream>(UpstreamJson.Options)!;

        Assert.Equal((Upstream.InProcess, 5), (definition.BaseUrl, definition.Actions["send"].Retry!.Attempts));
    }

    private static RunSlice Slice(string json) => Given.Slice(ns: "mail", action: "send", json: json);

    private Task<WorkerHost> StartAsync() => WorkerHost.StartAsync(
        builder =>
        {
            builder.Services.Configure<PickupOptions>(options => options.Folder = _folder.FullName);
            builder.Services.AddJobHandler<SendMail>("mail", "send");
        },
        Definition);
}
