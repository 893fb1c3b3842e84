using BatchPlatform.Contracts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api;

/// <summary>Asks the orchestrator to do something and waits for its reply, even if the client goes away, since it may take effect.</summary>
public sealed class Operations(IClientFactory clients, IOptions<ApiOptions> options)
{
    private static readonly Uri Queue = new($"exchange:{Queues.Operations}");

    /// <summary>Asks for what is not a batch's lifecycle: to cancel a job, to pause an upstream.</summary>
    /// <exception cref="ProblemException">504 OUTCOME_UNKNOWN: no reply came in time.</exception>
    public Task<TReply> AskAsync<TRequest, TReply>(TRequest request)
        where TRequest : class
        where TReply : class =>
        AskAsync<TRequest, TReply>(Queue, request, Problems.OutcomeUnknown());

    /// <summary>Asks whoever reads a queue.</summary>
    /// <exception cref="ProblemException"><paramref name="unknown"/>: no reply came in time.</exception>
    internal async Task<TReply> AskAsync<TRequest, TReply>(Uri queue, TRequest request, Problem unknown)
        where TRequest : class
        where TReply : class
    {
        try
        {
            var client = clients.CreateRequestClient<TRequest>(queue, TimeSpan.FromSeconds(options.Value.CommandSeconds));
            return (await client.GetResponse<TReply>(request)).Message;
        }
        catch (RequestException)
        {
            // A fault too leaves open what happened: it may come from after the commit.
            throw new ProblemException(unknown);
        }
    }
}
