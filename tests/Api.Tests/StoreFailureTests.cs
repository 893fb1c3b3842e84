using System.Data.Common;
using BatchPlatform.Defaults;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchPlatform.Api.Tests;

/// <summary>What the database does not do for the moment is a 503 that can be repeated, wherever it shows; other failures stay a 500.</summary>
public sealed class StoreFailureTests
{
    private static readonly PassingError NoRoom = error => error.Message == "no room";

    [Fact]
    public async Task A_failure_that_passes_is_503_with_the_time_to_come_back()
    {
        var context = await AnswerAsync(new Failure("no room"));

        Assert.Equal((503, "5"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task It_is_known_in_what_EF_makes_of_it()
    {
        Assert.Equal(503, (await AnswerAsync(new DbUpdateException("Not saved.", new Failure("no room")))).Response.StatusCode);
        Assert.Equal(503, (await AnswerAsync(new InvalidOperationException("Might pass.", new Failure("no room")))).Response.StatusCode);
    }

    [Fact]
    public async Task Any_other_failure_is_500()
    {
        Assert.Equal(500, (await AnswerAsync(new Failure("no such column"))).Response.StatusCode);
        Assert.Equal(500, (await AnswerAsync(new InvalidOperationException("A fault of ours."))).Response.StatusCode);
    }

    private static async Task<DefaultHttpContext> AnswerAsync(Exception error)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(NoRoom).BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        await new ProblemMiddleware(_ => throw error, NullLogger<ProblemMiddleware>.Instance).InvokeAsync(context);
        return context;
    }

    private sealed class Failure(string message) : DbException(message);
}
