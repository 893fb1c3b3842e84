using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Snappier;

namespace BatchPlatform.Contracts.Tests;

public sealed class BlockTests
{
    private static readonly DateTime Time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void Jobs_come_out_as_they_went_in() => Check(
        from index in ArbMap.Default.GeneratorFor<int>()
        from attempt in Gen.Choose(1, 20)
        from action in Texts()
        from bytes in ArbMap.Default.GeneratorFor<byte[]>()
        from deadline in Gen.Choose(0, Limits.DeadlineSeconds)
        select new PackedJob(index, attempt, action, bytes, deadline),
        jobs => Same(jobs.Select(Plain), JobBlock.Unpack(JobBlock.Pack(jobs)).Select(Plain)));

    [Fact]
    public void Outcomes_come_out_as_they_went_in() => Check(
        from index in ArbMap.Default.GeneratorFor<int>()
        from completed in ArbMap.Default.GeneratorFor<bool>()
        from code in Gen.Elements(null, ErrorCodes.UpstreamStatus)
        from message in Texts()
        from ticks in Gen.Choose(0, int.MaxValue)
        from response in ArbMap.Default.GeneratorFor<byte[]>()
        select new PackedOutcome(index, completed, 200, code, message.Length == 0 ? null : message, 2, 17, Time.AddTicks(ticks), response),
        outcomes => Same(outcomes.Select(Plain), OutcomeBlock.Unpack(OutcomeBlock.Pack(outcomes)).Select(Plain)));

    [Fact]
    public void Neighbours_share_their_action()
    {
        var jobs = JobBlock.Unpack(JobBlock.Pack([Job(0, "invite"), Job(1, "invite"), Job(2, "einladen-ü"), Job(3, "invite")]));

        Assert.Same(jobs[0].Action, jobs[1].Action);
        Assert.Equal(["invite", "invite", "einladen-ü", "invite"], jobs.Select(job => job.Action));
    }

    [Fact]
    public void A_time_comes_out_as_UTC()
    {
        var outcome = new PackedOutcome(0, true, 200, null, null, 1, 1, Time, default);

        Assert.Equal(DateTimeKind.Utc, OutcomeBlock.Unpack(OutcomeBlock.Pack([outcome]))[0].CompletedAt.Kind);
    }

    [Fact]
    public void A_block_that_ends_too_early_is_refused_wherever_it_ends()
    {
        var jobs = JobBlock.Pack([Job(0, "invite"), Job(1, "invite")]);
        var outcomes = OutcomeBlock.Pack([new PackedOutcome(0, true, 200, null, null, 1, 1, Time, "{}"u8.ToArray())]);

        Assert.All(Enumerable.Range(0, jobs.Length), length => Assert.Throws<InvalidDataException>(() => JobBlock.Unpack(jobs.AsMemory(0, length))));
        Assert.All(Enumerable.Range(0, outcomes.Length), length => Assert.Throws<InvalidDataException>(() => OutcomeBlock.Unpack(outcomes.AsMemory(0, length))));
    }

    [Fact]
    public void Damage_is_an_invalid_block_or_other_values_but_no_other_error()
    {
        var block = JobBlock.Pack([Job(0, "invite"), Job(1, "invite")]);

        for (var position = 0; position < block.Length; position++)
        {
            var damaged = block.ToArray();
            damaged[position] ^= 0xFF;
            Assert.True(Record.Exception(() => JobBlock.Unpack(damaged)) is null or InvalidDataException);
        }
    }

    [Fact]
    public void Damage_to_an_outcome_is_an_invalid_block_or_other_values_but_no_other_error()
    {
        var block = OutcomeBlock.Pack([new PackedOutcome(0, true, 200, null, null, 1, 1, Time, "{}"u8.ToArray())]);

        for (var position = 0; position < block.Length; position++)
        {
            var damaged = block.ToArray();
            damaged[position] ^= 0xFF;
            Assert.True(Record.Exception(() => OutcomeBlock.Unpack(damaged)) is null or InvalidDataException);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_count_that_the_bytes_cannot_hold_is_refused_before_room_is_made_for_it(int count) =>
        Assert.Throws<InvalidDataException>(() => JobBlock.Unpack(Snappy.CompressToArray(BitConverter.GetBytes(count))));

    // The length stands first, seven bits in a byte: 2,147,483,647, then one literal byte.
    [Fact]
    public void A_length_that_the_bytes_cannot_stand_for_is_refused_before_room_is_made_for_it() =>
        Assert.Throws<InvalidDataException>(() => JobBlock.Unpack((byte[])[0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x01]));

    [Fact]
    public void Jobs_that_look_alike_take_a_fraction_of_their_size()
    {
        var jobs = Enumerable.Range(0, 500).Select(i => Job(i, "invite") with { Params = Encoding.UTF8.GetBytes($$"""{"guest":"guest-{{i}}@example.com","seats":{{i % 7}}}""") }).ToList();

        Assert.InRange(JobBlock.Pack(jobs).Length, 1, jobs.Sum(job => job.Params.Length) / 2);
    }

    private static PackedJob Job(int index, string action) => new(index, 1, action, "{}"u8.ToArray());

    private static Gen<string> Texts() => Gen.Elements("", "invite", "Grüße", "招待", "🎉 \"quoted\"\n");

    private static string Plain(PackedJob job) => $"{job.Index} {job.Attempt} {job.Action} {Convert.ToHexString(job.Params.Span)}";

    private static string Plain(PackedOutcome outcome) =>
        $"{outcome with { Response = default }} {outcome.CompletedAt.Ticks} {Convert.ToHexString(outcome.Response.Span)}";

    private static bool Same(IEnumerable<string> left, IEnumerable<string> right) => left.SequenceEqual(right);

    private static void Check<T>(Gen<T> items, Func<T[], bool> property) =>
        Prop.ForAll(items.ArrayOf().ToArbitrary(), property).QuickCheckThrowOnFailure();
}
