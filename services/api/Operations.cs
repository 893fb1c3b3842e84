using BatchPlatform.Contracts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api;

/// <summary>Asks the orchestrator for what is not a batch's lifecycle: to cancel a job, to pause an upstream.</summary>
public sealed class Operations(IClientFactory clients, IOptions<ApiOptions> options)
{
    private static readonly Uri Queue = new($"exchange:{Queues.Operations}");

    /// <summary>Sends a request and waits for its reply, even if the client goes away.</summary>
    /// <exception cref="ProblemException">504 OUTCOME_UNKNOWN: no reply came in time.</exception>
    public async Task<TReply> AskAsync<TRequest, TReply>(TRequest request)
        where TRequest : class
        where TReply : class
    {
        try
        {
            var client = clients.CreateRequestClient<TRequest>(Queue, TimeSpan.FromSeconds(options.Value.CommandSeconds));
            return (await client.GetResponse<TReply>(request)).Message;
        }
        catch (RequestException)
        {
            throw new ProblemException(Problems.OutcomeUnknown());
        }
    }
}
