using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.DeadLetters;
using RabbitMQ.Client.Exceptions;

namespace BatchPlatform.Orchestrator;

/// <summary><c>orchestrator -- redrive [queue]</c>: puts messages that nobody could handle back to their queues, once the cause is mended.</summary>
public static class Redrive
{
    private const int Done = 0;
    private const int NotDone = 1;
    private const int Misused = 2;

    /// <summary>Re-drives and says how many; the exit code is 0 when all went back, 1 when the broker does not let it, 2 for a queue that there is not.</summary>
    /// <param name="configuration">Says where the broker is.</param>
    /// <param name="queue">Of one queue; null for all of them.</param>
    /// <param name="output">Told how many of each.</param>
    public static async Task<int> RunAsync(IConfiguration configuration, string? queue, TextWriter output)
    {
        if (queue is not null && !Queues.All.Contains(queue))
        {
            await output.WriteLineAsync($"There is no queue '{queue}'. The queues are: {string.Join(", ", Queues.All)}.");
            return Misused;
        }

        if (BusDefaults.LivesInProcess(configuration))
        {
            await output.WriteLineAsync("The bus is in memory (Bus__Transport): what it parks ends with its process, so there is nothing to re-drive.");
            return NotDone;
        }

        return await MoveAsync(new DeadLetterQueues(configuration), queue, output);
    }

    private static async Task<int> MoveAsync(DeadLetterQueues parked, string? queue, TextWriter output)
    {
        try
        {
            var moved = await parked.RedriveAsync(queue, CancellationToken.None);
            foreach (var (name, count) in moved)
            {
                await output.WriteLineAsync($"{name}: {count} messages re-driven");
            }

            if (moved.Count == 0)
            {
                await output.WriteLineAsync("Nothing was parked.");
            }

            return Done;
        }
        catch (Exception error) when (error is RabbitMQClientException or IOException or TimeoutException)
        {
            await output.WriteLineAsync($"Not everything was re-driven; no message is lost. {error.Message}");
            return NotDone;
        }
    }
}
