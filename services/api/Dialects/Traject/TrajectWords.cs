namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>The two spellings of one API: batches of searches (ValueSERP and its like) and collections of requests (Rainforest and its like).</summary>
/// <param name="Batch">One of them.</param>
/// <param name="Batches">Several, as in paths.</param>
/// <param name="Search">What one is made of.</param>
/// <param name="Searches">Several of that.</param>
/// <param name="Type">The member of a search that names its kind.</param>
public sealed record TrajectWords(string Batch, string Batches, string Search, string Searches, string Type)
{
    public static readonly TrajectWords OfBatches = new("batch", "batches", "search", "searches", "search_type");

    public static readonly TrajectWords OfCollections = new("collection", "collections", "request", "requests", "type");

    /// <summary>As it begins a sentence or a file's name.</summary>
    public string BatchTitle => Title(Batch);

    /// <inheritdoc cref="BatchTitle"/>
    public string SearchTitle => Title(Search);

    /// <summary>The spelling that a batch was made in.</summary>
    public static TrajectWords Of(string batch) => batch == OfCollections.Batch ? OfCollections : OfBatches;

    private static string Title(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
