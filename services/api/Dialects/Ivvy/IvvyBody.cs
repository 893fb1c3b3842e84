using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using BatchPlatform.Api.Uploads;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>The JSON body of a request.</summary>
public sealed class IvvyBody(ReadOnlyMemory<byte> bytes)
{
    /// <summary>Jobs in one batch, at most.</summary>
    public const int MaxJobs = 200;

    private static readonly ReadOnlyMemory<byte> NoParams = "{}"u8.ToArray();

    /// <summary>The <c>asyncId</c> that the request is about; null when it is none of ours.</summary>
    /// <exception cref="ProblemException">23016: no JSON object. 23017: it is not there.</exception>
    public Guid? Async()
    {
        var text = Text(Read() ?? throw IvvyFaults.Invalid("body", "The body must be a JSON object"), "async");
        return Guid.TryParseExact(text, "N", out var id) ? id : null;
    }

    /// <summary>What is to be run, and who is told.</summary>
    /// <exception cref="ProblemException">24092, 24093, 24448, or 23016 and 23017 for the callback.</exception>
    public (IReadOnlyList<NewJob> Jobs, string CallbackUrl) Submission()
    {
        var root = Read() ?? throw Incorrect();
        var jobs = JobsOf(root);
        return (jobs, Text(root, "callbackUrl"));
    }

    private static List<NewJob> JobsOf(JsonElement root)
    {
        if (!root.TryGetProperty("jobs", out var jobs) || jobs.ValueKind == JsonValueKind.Null)
        {
            throw Empty();
        }

        if (jobs.ValueKind != JsonValueKind.Array)
        {
            throw Incorrect();
        }

        return jobs.GetArrayLength() switch
        {
            0 => throw Empty(),
            > MaxJobs => throw IvvyFaults.Of(IvvyFaults.TooManyJobs, $"Too many jobs; the maximum is {MaxJobs}"),
            _ => [.. jobs.EnumerateArray().Select(JobOf)],
        };
    }

    private static NewJob JobOf(JsonElement job)
    {
        if (job.ValueKind != JsonValueKind.Object || Member(job, "namespace") is not { } space || Member(job, "action") is not { } action)
        {
            throw Incorrect();
        }

        if (!job.TryGetProperty("params", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            throw Empty();
        }

        return new NewJob(space, action, given switch
        {
            { ValueKind: JsonValueKind.Object } => JsonMarshal.GetRawUtf8Value(given).ToArray(),
            // How PHP writes no params.
            { ValueKind: JsonValueKind.Array } when given.GetArrayLength() == 0 => NoParams,
            _ => throw Incorrect(),
        });
    }

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) switch
    {
        false => throw IvvyFaults.Missing(name),
        true when value.ValueKind == JsonValueKind.Null => throw IvvyFaults.Missing(name),
        true when value.ValueKind != JsonValueKind.String => throw IvvyFaults.Invalid(name, "Value must be a string"),
        _ => value.GetString() is { Length: > 0 } text ? text : throw IvvyFaults.Missing(name),
    };

    private static ProblemException Incorrect() => IvvyFaults.Of(IvvyFaults.IncorrectJob, "Incorrect Job Format");

    private static ProblemException Empty() => IvvyFaults.Of(IvvyFaults.EmptyJob, "Empty job parameter found");

    // Whatever the content type says: the vendor takes nothing else.
    private JsonElement? Read()
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            return null;
        }

        try
        {
            RequestBody.CheckText(bytes.Span, ApiJson.MaxDepth);
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
