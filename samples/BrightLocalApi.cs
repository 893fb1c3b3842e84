using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Samples;

/// <summary>Where a business is listed.</summary>
public sealed record FoundProfile(string Url);

/// <summary>What a listing says of a business.</summary>
public sealed record ProfileDetails(
    [property: JsonPropertyName("business_name")] string BusinessName,
    [property: JsonPropertyName("street_address")] string? StreetAddress,
    string? Postcode,
    string? Region,
    string? Locality,
    string Address,
    [property: JsonPropertyName("contact_telephone")] string ContactTelephone,
    [property: JsonPropertyName("description_present")] bool DescriptionPresent,
    [property: JsonPropertyName("num_photos")] int NumPhotos,
    [property: JsonPropertyName("star_rating")] string StarRating,
    [property: JsonPropertyName("num_reviews")] int NumReviews,
    bool Claimed,
    [property: JsonPropertyName("website_url")] string WebsiteUrl,
    string Cid,
    string Categories,
    [property: JsonPropertyName("check_in")] int? CheckIn);

/// <summary>One review.</summary>
public sealed record Review(string Rating, string Author, string Timestamp, string Text, string Id);

/// <summary>How a site is linked to.</summary>
public sealed record LinkProfile(
    string Url,
    [property: JsonPropertyName("page_authority")] int PageAuthority,
    [property: JsonPropertyName("domain_authority")] int DomainAuthority,
    int Links,
    [property: JsonPropertyName("linking_domains")] int LinkingDomains);

/// <summary>Where a site stands for a search term.</summary>
public sealed record Ranking(
    [property: JsonPropertyName("search_term")] string SearchTerm,
    [property: JsonPropertyName("search_engine")] string SearchEngine,
    int Rank,
    string Url,
    string Title);

/// <summary>What BrightLocal's job endpoints fetch. Invented, but the same question always has the same answer.</summary>
internal static class BrightLocalApi
{
    private static readonly string[] Categories = ["Plumber", "Restaurant", "Dentist", "Florist"];
    private static readonly string[] Texts = ["On time and friendly.", "Would come again.", "Good, but not cheap.", "Took two attempts."];

    public static void MapBrightLocalApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/brightlocal");
        Map(api, "ld/fetch-reviews", asked => asked.Reviews());
        Map(api, "ld/fetch-reviews-by-business-data", asked => asked.Reviews());
        Map(api, "ld/fetch-profile-url", asked => new[] { new FoundProfile(asked.Address()) });
        Map(api, "ld/fetch-profile-details", asked => new[] { asked.Details() });
        Map(api, "ld/fetch-profile-details-by-business-data", asked => new[] { asked.Details() });
        Map(api, "seo/offsite", asked => new[] { asked.Links() });
        Map(api, "rankings/search", asked => asked.Rankings());
        Map(api, "rankings/bulk-search", asked => asked.Rankings());
    }

    private static void Map<T>(RouteGroupBuilder api, string path, Func<BusinessQuestion, T[]> answer) =>
        api.MapPost(path, async Task<Results<Ok<T[]>, BadRequest<ApiError>, NotFound<ApiError>>> (HttpRequest request) =>
        {
            try
            {
                // Read here and not by parameter binding, whose refusal has no body.
                var asked = await JsonSerializer.DeserializeAsync(request.Body, SampleJson.Default.DictionaryStringJsonElement, request.HttpContext.RequestAborted);
                var question = new BusinessQuestion(asked ?? []);
                return question.IsNowhere
                    ? TypedResults.NotFound(new ApiError(StatusCodes.Status404NotFound, "Unable to find business", ApiError.BusinessNotFound))
                    : TypedResults.Ok(answer(question));
            }
            catch (JsonException)
            {
                return ApiError.Bad("The body does not validate");
            }
        });

    private static Review[] Reviews(this BusinessQuestion asked) =>
        [.. Enumerable.Range(0, Math.Min(asked.Limit("reviews-limit"), 1 + asked.Draw("count", 3))).Select(place => new Review(
            $"{1 + asked.Draw($"rating {place}", 5)}",
            $"Visitor {1 + asked.Draw($"author {place}", 900)}",
            $"2026-0{1 + asked.Draw($"month {place}", 9)}-1{asked.Draw($"day {place}", 10)}",
            Texts[asked.Draw($"text {place}", Texts.Length)],
            asked.Hash($"review {place}")))];

    private static ProfileDetails Details(this BusinessQuestion asked) => new(
        asked.Name(),
        asked.Text("street-address"),
        asked.Text("postcode"),
        Region: null,
        asked.Text("city"),
        asked.Text("city") ?? "Greenwich Village New York, NY",
        asked.Text("telephone") ?? $"+1 917-555-{1000 + asked.Draw("telephone", 9000)}",
        DescriptionPresent: true,
        asked.Draw("photos", 20),
        $"{3 + asked.Draw("stars", 2)}.{asked.Draw("tenths", 10)}",
        asked.Draw("reviews", 200),
        asked.Draw("claimed", 2) == 1,
        $"https://www.{asked.Hash("site")[..8]}.example/",
        $"1175129711921{asked.Draw("cid", 100_000_000)}",
        Categories[asked.Draw("category", Categories.Length)],
        CheckIn: null);

    private static LinkProfile Links(this BusinessQuestion asked) =>
        new(asked.Text("website-url") ?? "", 20 + asked.Draw("page", 60), 20 + asked.Draw("domain", 60), asked.Draw("links", 5000), asked.Draw("domains", 300));

    private static Ranking[] Rankings(this BusinessQuestion asked) =>
        [new(asked.Text("search-term") ?? "", asked.Text("search-engine") ?? "google", 1 + asked.Draw("rank", 50), asked.Address(), asked.Name())];

    private static string Name(this BusinessQuestion asked) => asked.Text("business-names")?.Split('\n')[0] ?? "Hub Plumbing & Mechanical";

    private static string Address(this BusinessQuestion asked) => $"https://local.example.org/{asked.Text("local-directory") ?? "google"}/{asked.Hash("profile")}";
}
