using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Testing;

/// <summary>Answers what it is told to, and notes what it was asked.</summary>
public sealed class FakePlatform : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakePlatform(IReadOnlyDictionary<string, string> answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
            Requests.Add((request, await body.ReadToEndAsync()));
            context.Response.StatusCode = answers.ContainsKey(request) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answers.GetValueOrDefault(request, """{"code":"NOT_FOUND","detail":"Not here."}"""));
        });
    }

    public List<(string Request, string Body)> Requests { get; } = [];

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Starts it.</summary>
    /// <param name="answers">JSON by method, path and query.</param>
    public static async Task<FakePlatform> StartAsync(IReadOnlyDictionary<string, string> answers)
    {
        var fake = new FakePlatform(answers);
        fake._app.Urls.Add($"http://127.0.0.1:{LoopbackPort.Next()}");
        await fake._app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
