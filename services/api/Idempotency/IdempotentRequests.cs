using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Idempotency;

/// <summary>Runs a POST so that a repetition with the same <c>Idempotency-Key</c> has one effect and gets one answer.</summary>
public sealed class IdempotentRequests(IdempotencyRows rows)
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Characters of its value, at most.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>Runs <paramref name="act"/> under a ticket; the ids given count unless an earlier attempt drew others.</summary>
    public async Task<IResult> RunAsync(HttpContext context, Guid batchId, long number, Func<Ticket, Task<Answer>> act)
    {
        using var ticket = await OpenAsync(context, batchId, number);
        Answer? answer = null;
        try
        {
            return answer = await act(ticket);
        }
        catch (ProblemException refusal)
        {
            return answer = Answer.Of(refusal.Problem);
        }
        finally
        {
            await ticket.CloseAsync(answer);
        }
    }

    private async Task<Ticket> OpenAsync(HttpContext context, Guid batchId, long number)
    {
        var row = new IdempotentRequest { CommandId = Guid.NewGuid(), BatchId = batchId, Number = number };
        if (KeyOf(context.Request) is not { } key)
        {
            return new Ticket(rows: null, row, context.Request);
        }

        (row.Tenant, row.Key) = (context.Tenant(), key);
        return new Ticket(rows, await rows.ClaimAsync(row, context.RequestAborted), context.Request);
    }

    private static string? KeyOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
        {
            return null;
        }

        return values is [{ Length: > 0 and <= MaxKeyLength } key] && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw new ProblemException(Problems.InvalidParameter(Header, $"must be given once, with 1 to {MaxKeyLength} printable ASCII characters."));
    }
}
