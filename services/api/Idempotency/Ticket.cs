using System.Security.Cryptography;
using BatchPlatform.Api.Actions;
using BatchPlatform.Api.Expansions;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Idempotency;

/// <summary>
/// One POST on its way: the ids under which it acts, and, when the client sent an <c>Idempotency-Key</c>, the row that
/// makes a repetition act under the same ones. Life of the row: claimed, sealed with the fingerprint before the command is
/// sent, then closed with the answer.
/// </summary>
public sealed class Ticket : IDisposable
{
    private readonly IdempotencyRows? _rows;
    private readonly IdempotentRequest _row;
    private bool _foreign;
    private bool _isRepeated;

    internal Ticket(IdempotencyRows? rows, IdempotentRequest row, HttpRequest request)
    {
        _rows = rows;
        _row = row;
        Fingerprint = rows is null ? null : new RequestFingerprint(request);
        MayHaveBeenSent = row.Fingerprint.Length > 0;
        _isRepeated = MayHaveBeenSent;
        Kept = row is { Status: { } status, Answer: { } body } ? new Answer(status, body, LocationOf(status, request)) : null;
    }

    /// <summary>The id of the command to send.</summary>
    public Guid CommandId => _row.CommandId;

    /// <summary>The batch, also one that is being created.</summary>
    public Guid BatchId => _row.BatchId;

    /// <summary>The batch's number.</summary>
    public long Number => _row.Number;

    /// <summary>The command may have been sent by an earlier attempt: ask what became of it before staging anything.</summary>
    public bool MayHaveBeenSent { get; private set; }

    /// <summary>The answer given before; to be given again once <see cref="SealAsync"/> has found the request to be the same.</summary>
    public Answer? Kept { get; }

    /// <summary>Takes the body as it is read; null when nobody will compare it.</summary>
    public RequestFingerprint? Fingerprint { get; }

    /// <summary>Ends the fingerprint; from then on the command may be sent. Gives the kept answer when there is one.</summary>
    /// <exception cref="ProblemException">The key was used for another request, or somebody else has taken this one over.</exception>
    public async Task<Answer?> SealAsync()
    {
        if (_rows is null)
        {
            return null;
        }

        var fingerprint = Fingerprint!.Finish();
        if (_row.Fingerprint.Length > 0 && !CryptographicOperations.FixedTimeEquals(_row.Fingerprint, fingerprint))
        {
            _foreign = true;
            throw new ProblemException(new Problem(422, ErrorCodes.IdempotencyKeyReused, "This Idempotency-Key was used for another request."));
        }

        if (Kept is null)
        {
            _row.Fingerprint = fingerprint;
            MayHaveBeenSent = true;
            await _rows.UpdateAsync(_row, set => set.SetProperty(row => row.Fingerprint, fingerprint));
        }

        return Kept;
    }

    /// <summary>The earlier command was not accepted and never will be: this attempt acts under a new one.</summary>
    public Task RenewCommandAsync()
    {
        MayHaveBeenSent = false;
        return RenewAsync(BatchId, Number);
    }

    /// <summary>The same of a command that makes something, once this attempt is sealed: it makes another, so that nobody who cleans up behind the earlier one meets it.</summary>
    public async Task RenewAsync(Guid batchId, long number)
    {
        var old = _row.CommandId;
        (_row.CommandId, _row.BatchId, _row.Number, _isRepeated) = (Guid.NewGuid(), batchId, number, false);
        await _rows!.UpdateAsync(
            _row,
            set => set.SetProperty(row => row.CommandId, _row.CommandId).SetProperty(row => row.BatchId, batchId).SetProperty(row => row.Number, number),
            old);
    }

    /// <summary>Holds the claim for another lease, within the transaction of <paramref name="db"/>.</summary>
    public Task RenewLeaseAsync(StoreDb db) => _rows is null ? Task.CompletedTask : _rows.RenewAsync(db, _row);

    /// <summary>
    /// Ends the claim. Only successes and 422 are kept; an answer that leaves the outcome open keeps the ids for a repetition. So does
    /// any other answer to a repetition: what it refuses, the command of the earlier attempt may still do.
    /// </summary>
    internal async Task CloseAsync(Answer? answer)
    {
        if (_rows is null || Kept is not null)
        {
            return;
        }

        var isOpen = answer is null ? MayHaveBeenSent : answer.Status >= 500 || _isRepeated;
        if (answer is { Status: < 300 or 422 } && MayHaveBeenSent && !_foreign)
        {
            await _rows.KeepAsync(_row, answer);
        }
        else if (isOpen || _foreign)
        {
            await _rows.ReleaseAsync(_row);
        }
        else
        {
            await _rows.RemoveAsync(_row);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Fingerprint?.Dispose();

    private string? LocationOf(int status, HttpRequest request) =>
        (status, request.Path.Value!.Split('/')[^1]) switch
        {
            (StatusCodes.Status201Created, "keys") => $"{request.Path}/{KeySecret.NewId(BatchId)}",
            (StatusCodes.Status201Created, "batches" or "datasets") => $"{request.Path}/{BatchId:D}",
            (StatusCodes.Status202Accepted, "actions") => ActionView.PathOf(CommandId),
            (StatusCodes.Status202Accepted, "jobs") => ExpansionLinks.PathOf(BatchId, CommandId),
            _ => null,
        };
}
