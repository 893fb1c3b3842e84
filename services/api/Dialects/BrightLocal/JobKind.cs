using System.Text.Json.Nodes;
using static BatchPlatform.Api.Dialects.BrightLocal.JobFields;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>One of the endpoints that add jobs.</summary>
/// <param name="Path">Below <c>/v4</c>; also the jobs' action.</param>
/// <param name="Type">The key under which results show the jobs.</param>
/// <param name="Fields">What it asks for.</param>
public sealed record JobKind(string Path, string Type, Func<Parameters, IReadOnlyList<JobField>> Fields)
{
    private static readonly IReadOnlyList<JobField> ReviewOptions =
        [OneOf("sort", "date", "rating"), Optional("reviews-limit", IsCountOrAll), Optional("date-from", IsDate), Optional("start-page", IsCount)];

    private static readonly IReadOnlyList<JobField> Business =
        [Required("business-names"), Required("city"), Required("postcode"), Required("local-directory", IsDirectory), Required("country", IsCountry)];

    private static readonly IReadOnlyList<JobField> Phone =
        [OneOf("search-type", "search-by-phone"), Required("local-directory", IsDirectory), Required("telephone")];

    private static readonly IReadOnlyList<JobField> Ranking =
    [
        RequiredOneOf("search-engine", "google", "google-mobile", "google-local", "bing"),
        Required("country", IsCountry),
        Optional("urls", text => IsList(text, max: 10)),
        OneOf("include-secondary-matches", "yes", "no"),
        OneOf("screenshots", "yes", "no"),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<JobKind> All { get; } =
    [
        new("ld/fetch-reviews", "LdFetchReviews", _ => [Required("profile-url", IsAddress), Required("country", IsCountry), .. ReviewOptions]),
        new("ld/fetch-reviews-by-business-data", "LdFetchReviewsByBusinessData", _ => [.. Business, .. ReviewOptions]),
        new("ld/fetch-profile-url", "LdFetchProfileUrl", BusinessOrPhone),
        new("ld/fetch-profile-details", "LdFetchProfileDetails", _ => [Required("profile-url", IsAddress), Required("country", IsCountry)]),
        new("ld/fetch-profile-details-by-business-data", "LdFetchProfileDetailsByBusinessData", BusinessOrPhone),
        new("seo/offsite", "OffsiteSeo", _ => [Required("website-url", IsAddress)]),
        new("rankings/search", "SearchRankV2Api", _ => [.. Ranking, Required("search-term")])
        {
            Reason = "Unable to add job",
            Answer = ids => new JsonObject { ["success"] = true, ["job-id"] = $"{ids[0]}" },
        },
        new("rankings/bulk-search", "SearchRankV2Api", _ => [.. Ranking, Required("search-terms", text => IsList(text, max: 100))])
        {
            Reason = "Unable to add job(s)",
            Split = OneForEachTerm,
            Answer = ids => new JsonObject { ["success"] = true, ["job-ids"] = new JsonArray([.. ids.Select(id => JsonValue.Create($"{id}"))]) },
        },
    ];

    /// <summary>What a refusal gives as its <c>reason</c>; null where the vendor gives none.</summary>
    public string? Reason { get; init; }

    /// <summary>Makes the inputs of one job each.</summary>
    public Func<JsonObject, IEnumerable<JsonObject>> Split { get; init; } = inputs => [inputs];

    /// <summary>The answer that names the new jobs.</summary>
    public Func<IReadOnlyList<long>, JsonObject> Answer { get; init; } = ids => new JsonObject { ["success"] = true, ["job-id"] = ids[0] };

    private static IReadOnlyList<JobField> BusinessOrPhone(Parameters parameters) => parameters.Text("search-type") is null ? Business : Phone;

    private static IEnumerable<JsonObject> OneForEachTerm(JsonObject inputs)
    {
        inputs.Remove("search-terms", out var terms);
        return Texts(terms is JsonValue text ? text.GetValue<string>() : terms!.ToJsonString())!.Select(term =>
        {
            var job = inputs.DeepClone().AsObject();
            job["search-term"] = term;
            return job;
        });
    }
}
