namespace BatchPlatform.Chaos.Tests.Faults;

/// <summary>Something that goes wrong for a while.</summary>
/// <param name="Kind">What goes wrong, for the report.</param>
/// <param name="Victim">With whom.</param>
/// <param name="Length">For how long.</param>
/// <param name="BeginAsync">Makes it so.</param>
/// <param name="EndAsync">Makes it good.</param>
internal sealed record Fault(string Kind, string Victim, TimeSpan Length, Func<Task> BeginAsync, Func<Task> EndAsync);
