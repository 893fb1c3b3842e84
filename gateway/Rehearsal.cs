using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using BatchPlatform.Defaults;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Gateway;

/// <summary>
/// Runs batches through the gateway as a client would, before it is ready: they show that the platform works from end to end, and
/// what is compiled when it is first needed, in every service, no client has to wait for. Each is deleted when it has ended. When they
/// cannot be run the gateway says why and is ready without.
/// </summary>
internal sealed partial class Rehearsal(
    IServer server, IHostApplicationLifetime process, ApiReachable api, IOptions<RehearsalOptions> options, TimeProvider time, ILogger<Rehearsal> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private volatile bool _over;

    private RehearsalOptions Options => options.Value;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_over ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Rehearsing."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var begun = time.GetTimestamp();
        try
        {
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(Options.Seconds), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stoppingToken);
            await RehearseAsync(either.Token);
            Log.Done(logger, Options.Batches, time.GetElapsedTime(begun).TotalSeconds);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            Log.GivenUp(logger, error.Message);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            Log.GivenUp(logger, $"They did not end within {Options.Seconds} s.");
        }
        finally
        {
            _over = true;
        }
    }

    private async Task RehearseAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = process.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
        while (!api.IsThere)
        {
            await Task.Delay(Poll, time, cancellationToken);
        }

        using var client = new HttpClient { BaseAddress = Address() };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Options.Key);
        for (var ended = 0; ended < Options.Batches;)
        {
            try
            {
                await RunBatchAsync(client, cancellationToken);
                ended++;
            }
            catch (HttpRequestException error) when (error.StatusCode is null or >= HttpStatusCode.InternalServerError)
            {
                // One of the services that a batch needs is not there yet.
                await Task.Delay(Retry, time, cancellationToken);
            }
        }
    }

    private async Task RunBatchAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var batch = new { name = "rehearsal", commit = true, jobs = new[] { new { @namespace = Options.Namespace, action = Options.Action, @params = new { } } } };
        using var created = (await client.PostAsJsonAsync("/v1/batches", batch, cancellationToken)).EnsureSuccessStatusCode();
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();
        var place = new Uri($"/v1/batches/{id}", UriKind.Relative);
        while ((await client.GetFromJsonAsync<JsonElement>(place, cancellationToken)).GetProperty("state").GetString() is not ("Finished" or "Stopped"))
        {
            await Task.Delay(Poll, time, cancellationToken);
        }

        using var deleted = (await client.DeleteAsync(place, cancellationToken)).EnsureSuccessStatusCode();
    }

    private Uri Address() => Options.Address ?? (OwnAddress.Of(server) is { Scheme: "http" } own
        ? own
        : throw new InvalidOperationException("Rehearsal__Address must say where the gateway reaches itself, since it does not listen by HTTP."));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Rehearsed with {Batches} batches in {Seconds:0.0} s")]
        public static partial void Done(ILogger logger, int batches, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The rehearsal was given up; the gateway is ready without. {Reason}")]
        public static partial void GivenUp(ILogger logger, string reason);
    }
}
