namespace BatchPlatform.Api.Actions;

/// <summary>What an action is done to, and how.</summary>
internal interface IActionItems
{
    /// <summary>How many there are now, and whether there are more than that.</summary>
    Task<(int Count, bool More)> CountAsync(CancellationToken cancellationToken);

    /// <summary>Some items after a place, and where to look on; null at the end. There may be none before it.</summary>
    Task<(IReadOnlyList<ActionItem> Items, string? Next)> FindAsync(string? from, CancellationToken cancellationToken);

    /// <summary>Does it to one item as a single request would; done again for the same item it has no effect and the same result.</summary>
    /// <returns>Null, or the code of the refusal.</returns>
    /// <exception cref="ProblemException">Nobody knows yet: to be asked again.</exception>
    Task<string?> ActAsync(ActionItem item);
}
