using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Tests;

public abstract class NumberSourceTests(StoreFixture fixture)
{
    [Fact]
    public async Task Numbers_are_unique_over_processes_and_rise_within_each()
    {
        await using var first = fixture.Process();
        await using var second = fixture.Process();
        await using var third = fixture.Process();

        var drawn = await Task.WhenAll(new[] { first, second, third, first, second, third }.Select(DrawAsync));

        var numbers = drawn.SelectMany(each => each).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.InRange(number, 1, long.MaxValue));
        Assert.All(drawn, each => Assert.Equal(each.Order(), each));
    }

    [Fact]
    public async Task A_new_process_goes_on_after_the_numbers_of_the_last_one()
    {
        await using var first = fixture.Process();
        var number = await first.GetRequiredService<NumberSource>().NextAsync(default);
        await using var second = fixture.Process();

        Assert.True(await second.GetRequiredService<NumberSource>().NextAsync(default) > number);
    }

    private static Task<List<long>> DrawAsync(ServiceProvider process) => Task.Run(async () =>
    {
        var source = process.GetRequiredService<NumberSource>();
        var numbers = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            numbers.Add(await source.NextAsync(default));
        }

        return numbers;
    });
}

public sealed class SqliteNumberSourceTests(SqliteFixture fixture) : NumberSourceTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresNumberSourceTests(PostgresFixture fixture) : NumberSourceTests(fixture), IClassFixture<PostgresFixture>;
