using System.Text;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Uploads;

/// <summary>What one job says, as found in a record; null where it says nothing.</summary>
internal ref struct JobMembers
{
    public ReadOnlySpan<char> Namespace { get; set; }

    public ReadOnlySpan<char> Action { get; set; }

    public ReadOnlyMemory<byte>? Params { get; set; }

    public string? CustomId { get; set; }

    public int? DeadlineSeconds { get; set; }
}

/// <summary>
/// Checks the jobs of one upload and collects the good ones. Namespace and action become strings that all jobs share;
/// params stay the bytes they came as.
/// </summary>
/// <param name="upstreams">What jobs may name.</param>
/// <param name="firstIndex">The index of the upload's first job.</param>
/// <param name="defaultNamespace">For jobs that name none.</param>
/// <param name="defaultAction">For jobs that name none.</param>
public sealed class JobRules(KnownUpstreams upstreams, int firstIndex, string? defaultNamespace, string? defaultAction) : IRecordReader<StagedJob>
{
    private readonly LaneTally _tally = new();
    private KnownUpstream? _latest;
    private KnownAction? _action;
    private CsvColumns? _columns;

    public UploadErrors Errors { get; } = new();

    /// <summary>Good jobs so far.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<LaneCount> Lanes => _tally.Lanes;

    /// <summary>The shortest deadline that a good job has of its own; 0 when none has.</summary>
    public int ShortestDeadlineSeconds { get; private set; }

    /// <summary>What the lifecycle is told of the good jobs, once they are staged under a row.</summary>
    internal StagedAppend Staged(Append row) => new(row.Id, row.BaseIndex, row.Revision, Count, Lanes, ShortestDeadlineSeconds);

    /// <summary>Adds a job, or what is wrong with it.</summary>
    /// <exception cref="ProblemException">422 INVALID_JOBS_COUNT: the batch would hold too many jobs.</exception>
    internal void Add(int line, in JobMembers job, List<StagedJob> jobs)
    {
        var ns = job.Namespace.IsEmpty ? defaultNamespace : job.Namespace;
        var action = job.Action.IsEmpty ? defaultAction : job.Action;
        if (FaultOf(ns, action, job) is { } fault)
        {
            Errors.Add(line, fault.Field, fault.Code, fault.Message);
            return;
        }

        var index = firstIndex + Count++;
        if (index >= Limits.JobsPerBatch)
        {
            throw new ProblemException(Problems.InvalidJobsCount($"A batch holds at most {Limits.JobsPerBatch} jobs."));
        }

        var lane = _latest!.Definition.Namespace;
        _tally.Add(lane, index);
        jobs.Add(new StagedJob(index, lane, _action!.Name, job.Params!.Value, job.CustomId, job.DeadlineSeconds));
        if (job.DeadlineSeconds is { } deadline && (ShortestDeadlineSeconds == 0 || deadline < ShortestDeadlineSeconds))
        {
            ShortestDeadlineSeconds = deadline;
        }
    }

    bool IRecordReader<StagedJob>.ReadJson(ReadOnlyMemory<byte> record, int line, List<StagedJob> into) => JsonJob.Read(record, line, this, into);

    void IRecordReader<StagedJob>.ReadHeader(List<string> names) => _columns = new CsvColumns(names);

    void IRecordReader<StagedJob>.ReadFields(List<string> fields, int line, List<StagedJob> into) => _columns!.Read(fields, line, this, into);

    void IRecordReader<StagedJob>.Oversized(int line) => Errors.Add(line, null, ErrorCodes.ParamsTooLarge, "is too long for a job");

    private (string Field, string Code, string Message)? FaultOf(ReadOnlySpan<char> ns, ReadOnlySpan<char> action, in JobMembers job)
    {
        if (ns.IsEmpty)
        {
            return ("namespace", ErrorCodes.InvalidJob, "is missing");
        }

        if (action.IsEmpty)
        {
            return ("action", ErrorCodes.InvalidJob, "is missing");
        }

        var isOther = _latest is null || !ns.SequenceEqual(_latest.Definition.Namespace);
        _latest = isOther ? upstreams.Find(ns) : _latest;
        if (_latest is null)
        {
            return ("namespace", ErrorCodes.UnknownNamespace, "names no upstream");
        }

        if (_action is null || !action.SequenceEqual(_action.Name) || isOther)
        {
            _action = _latest.Action(action);
        }

        if (_action is null)
        {
            return ("action", ErrorCodes.UnknownAction, $"is none of the upstream '{_latest.Definition.Namespace}'");
        }

        return job switch
        {
            { Params: null } => ("params", ErrorCodes.InvalidJob, "is missing"),
            { Params.Length: > Limits.ParamsBytes } => ("params", ErrorCodes.ParamsTooLarge, $"has more than {Limits.ParamsBytes} bytes"),
            { CustomId: { } id } when id.Length > Limits.NameLength || id.Contains('\0') =>
                ("custom_id", ErrorCodes.InvalidJob, $"must have at most {Limits.NameLength} characters and no NUL"),
            { DeadlineSeconds: < 1 or > Limits.DeadlineSeconds } => ("deadline_seconds", ErrorCodes.InvalidJob, $"must be 1 to {Limits.DeadlineSeconds}"),
            _ => ParamsFault(_action, job.Params.Value),
        };
    }

    private static (string Field, string Code, string Message)? ParamsFault(KnownAction action, ReadOnlyMemory<byte> raw) =>
        action.FaultOf(raw) is { } fault ? ($"params{fault.Path}", ErrorCodes.ParamsDoNotFit, fault.Message) : null;
}
