using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>What a collector receives of one batch that passes through every process and every queue.</summary>
public sealed class TelemetryTests
{
    private const string Canary = "canary-in-params";

    [Fact]
    public async Task A_batch_is_one_trace_from_its_post_to_its_callback_beside_metrics_and_logs()
    {
        await using var collector = new Collector();
        await using var deployment = await Deployment.StartAsync(settings: new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["Bench__Enabled"] = "true",
            ["Callbacks__AllowLoopback"] = "true",
            ["Logging__LogLevel__BatchPlatform"] = "Information",
        });
        var trace = ActivityTraceId.CreateRandom();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/batches?seen=" + Canary)
        {
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } },
            Content = JsonContent.Create(new
            {
                commit = true,
                callback = new { url = collector.ReceiverUrl },
                jobs = new[] { new { @namespace = "bench", action = "noop", @params = new { text = Canary } } },
            }),
        };
        using var answer = await deployment.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

        await Eventually.True(() => collector.CallbackTrace is not null);
        Assert.Equal(trace.ToString(), collector.CallbackTrace!.Split('-')[1]);

        var id = Convert.FromHexString(trace.ToString());
        foreach (var span in new[]
            {
                "POST", $"{Queues.BatchLifecycle} receive", "slice dispatch", $"{Queues.Slices} receive", $"{Queues.Outcomes} receive", $"{Queues.Notifier} receive", "callback attempt",
            })
        {
            await Eventually.True(() => collector.Holds("/v1/traces", id, Encoding.UTF8.GetBytes(span)), $"the span {span}");
        }

        foreach (var metric in new[] { "batchplatform.job.duration", "batchplatform.outcomes", "batchplatform.delivery.duration", "batchplatform.slices", "http.server.request.duration" })
        {
            await Eventually.True(() => collector.Holds("/v1/metrics", Encoding.UTF8.GetBytes(metric)), $"the metric {metric}");
        }

        await Eventually.True(() => collector.Holds("/v1/logs", id), "a log line of the trace");
        Assert.False(collector.Holds(path: "", Encoding.UTF8.GetBytes(Canary)));
        Assert.False(collector.Holds(path: "", Encoding.UTF8.GetBytes(Deployment.AdminKey)));
    }

    /// <summary>Keeps what is exported to it, and receives the callback.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly List<(string Path, byte[] Body)> _received = [];
        private readonly Task _loop;

        public Collector()
        {
            Url = $"http://127.0.0.1:{LoopbackPort.Next()}";
            _listener.Prefixes.Add($"{Url}/");
            _listener.Start();
            _loop = TakeAsync();
        }

        public string Url { get; }

        public string ReceiverUrl => $"{Url}/callback";

        /// <summary>The trace that the callback named.</summary>
        public string? CallbackTrace { get; private set; }

        /// <summary>Whether one export to the path holds all of these bytes.</summary>
        public bool Holds(string path, params byte[][] parts)
        {
            lock (_received)
            {
                return _received.Exists(export => export.Path.StartsWith(path, StringComparison.Ordinal) && parts.All(part => export.Body.AsSpan().IndexOf(part) >= 0));
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _loop;
            ((IDisposable)_listener).Dispose();
        }

        private async Task TakeAsync()
        {
            try
            {
                while (await _listener.GetContextAsync() is { } call)
                {
                    await KeepAsync(call);
                    call.Response.Close();
                }
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                // Stopped.
            }
        }

        private async Task KeepAsync(HttpListenerContext call)
        {
            var path = call.Request.Url!.AbsolutePath;
            if (path == "/callback")
            {
                CallbackTrace = call.Request.Headers["traceparent"];
                return;
            }

            using var body = new MemoryStream();
            await call.Request.InputStream.CopyToAsync(body);
            lock (_received)
            {
                _received.Add((path, body.ToArray()));
            }
        }
    }
}
