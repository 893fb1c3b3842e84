using BatchPlatform.Store.Tables;
using FsCheck;
using FsCheck.Fluent;

namespace BatchPlatform.Store.Tests.Tables;

public sealed class SliceJobsTests
{
    // Ascending indexes with gaps, at attempts that mostly repeat.
    private static readonly Arbitrary<(int Index, int Attempt)[]> Jobs = (
        from steps in Gen.Frequency((4, Gen.Constant(1)), (1, Gen.Choose(2, 1000))).ArrayOf()
        from attempts in Gen.Frequency((5, Gen.Constant(1)), (1, Gen.Choose(2, 20))).ArrayOf(steps.Length)
        select steps.Zip(attempts).Aggregate(
            new List<(int Index, int Attempt)>(),
            (jobs, next) => [.. jobs, ((jobs.Count == 0 ? -1 : jobs[^1].Index) + next.First, next.Second)]).ToArray()).ToArbitrary();

    [Fact]
    public void What_was_written_is_read_back() => Prop.ForAll(Jobs, jobs =>
    {
        var slice = SliceJobs.Of(jobs);
        return SliceJobs.Parse(slice.ToString()).Ranges.SequenceEqual(slice.Ranges);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ranges_hold_the_jobs_that_were_joined() => Prop.ForAll(Jobs, jobs =>
    {
        var slice = SliceJobs.Of(jobs);
        return slice.Each().SequenceEqual(jobs)
            && slice.Count == jobs.Length
            && jobs.All(job => slice.Contains(job.Index))
            && !slice.Contains(-1);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("0-499")]
    [InlineData("3,7-9@2")]
    [InlineData("0@3,1,2-4@2")]
    public void It_is_written_as_ranges(string text) => Assert.Equal(text, SliceJobs.Parse(text).ToString());

    [Theory]
    [InlineData("x")]
    [InlineData("1,")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-2@")]
    [InlineData("1-2-3")]
    [InlineData(" 1")]
    public void A_text_that_is_no_list_of_ranges_is_refused(string text) => Assert.Throws<FormatException>(() => SliceJobs.Parse(text));
}
