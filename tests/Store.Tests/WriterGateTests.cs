namespace BatchPlatform.Store.Tests;

public sealed class WriterGateTests
{
    [Fact]
    public async Task Writers_of_a_file_take_turns()
    {
        using var gate = new WriterGate(oneWriter: true);
        var first = await gate.EnterAsync(default);
        var second = gate.EnterAsync(default);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public async Task A_turn_that_ends_twice_lets_in_one_writer()
    {
        using var gate = new WriterGate(oneWriter: true);
        var first = await gate.EnterAsync(default);
        first.Dispose();
        first.Dispose();

        using var second = await gate.EnterAsync(default);

        Assert.False(gate.EnterAsync(default).IsCompleted);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_turn()
    {
        using var gate = new WriterGate(oneWriter: true);
        using var cancelled = new CancellationTokenSource();
        var first = await gate.EnterAsync(default);
        var second = gate.EnterAsync(cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        (await gate.EnterAsync(default)).Dispose();
    }

    [Fact]
    public async Task Writers_of_a_server_do_not_wait_for_each_other()
    {
        using var gate = new WriterGate(oneWriter: false);

        using var first = await gate.EnterAsync(default);
        using var second = await gate.EnterAsync(default);
    }
}
