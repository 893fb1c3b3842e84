using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using MassTransit;
using NSubstitute;

namespace BatchPlatform.Worker.Tests.Slices;

/// <summary>A broker that keeps reports, and confirms them when a test says so.</summary>
internal sealed class SentReports
{
    public SentReports()
    {
        var endpoint = Substitute.For<ISendEndpoint>();
        endpoint.Send(Arg.Any<ReportOutcomes>(), Arg.Any<CancellationToken>()).Returns(async call =>
        {
            await Confirm(call.Arg<ReportOutcomes>());
            Reports.Enqueue(call.Arg<ReportOutcomes>());
        });
        Bus = Substitute.For<ISendEndpointProvider>();
        Bus.GetSendEndpoint(new Uri("exchange:outcomes")).Returns(endpoint);
    }

    public ISendEndpointProvider Bus { get; }

    /// <summary>Reports that were confirmed, in that order.</summary>
    public ConcurrentQueue<ReportOutcomes> Reports { get; } = new();

    /// <summary>Ends when the broker confirms a report; throws when it does not take it.</summary>
    public Func<ReportOutcomes, Task> Confirm { get; set; } = _ => Task.CompletedTask;
}
