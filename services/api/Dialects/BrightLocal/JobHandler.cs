using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Uploads;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>Adds jobs: a call of any of the job endpoints.</summary>
public sealed class JobHandler(BrightLocalBatches mine, Appender appender, BrightLocalDialect dialect)
{
    // What a request says besides the job's own inputs.
    private static readonly string[] NotInputs = ["api-key", "sig", "expires", "batch-id"];

    /// <summary>Checks the parameters and adds the jobs that they make.</summary>
    public async Task<IResult> AddAsync(HttpContext context, JobKind kind)
    {
        var batch = await mine.FindAsync(context);
        var parameters = await BrightLocalDialect.ParametersAsync(context);
        if (JobFields.Faults(kind.Fields(parameters), parameters) is { Count: > 0 } faults)
        {
            throw BrightLocalRefusal.Invalid(faults);
        }

        var jobs = kind.Split(Inputs(parameters)).Select(inputs => new NewJob(dialect.Name, kind.Path, JsonSerializer.SerializeToUtf8Bytes(inputs, ApiJson.Options), kind.Type)).ToList();
        var (reply, first) = await appender.AddAsync(batch, jobs, context.Actor(), context.RequestAborted);
        return reply.Accepted
            ? Results.Json(kind.Answer([.. jobs.Select((_, place) => JobIds.Of(batch.Number, first + place))]), statusCode: StatusCodes.Status201Created)
            : dialect.Refuse(reply.AsProblem());
    }

    private static JsonObject Inputs(Parameters parameters) =>
        new(parameters.All.ExceptBy(NotInputs, input => input.Key).Select(input => KeyValuePair.Create(input.Key, JsonSerializer.SerializeToNode(input.Value))));
}
