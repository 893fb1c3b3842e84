using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Samples;

/// <summary>One hit.</summary>
public sealed record OrganicResult(int Position, string Title, string Link, string Snippet);

/// <summary>What a search engine said.</summary>
/// <param name="RequestInfo">It worked.</param>
/// <param name="SearchParameters">What was asked.</param>
/// <param name="OrganicResults">The hits, best first.</param>
public sealed record SearchAnswer(
    [property: JsonPropertyName("request_info")] SearchInfo RequestInfo,
    [property: JsonPropertyName("search_parameters")] Dictionary<string, JsonElement> SearchParameters,
    [property: JsonPropertyName("organic_results")] OrganicResult[] OrganicResults);

/// <summary>Whether a search worked.</summary>
public sealed record SearchInfo(bool Success);

/// <summary>What Traject's searches ask for: hits made of the places whose names begin with a word of the query.</summary>
internal static class SearchApi
{
    private const int HitsPerWord = 3;
    private static readonly string[] Queries = ["q", "search_term", "asin", "url", "data_id"];

    public static void MapSearchApi(this IEndpointRouteBuilder routes) => routes.MapPost("/search/{type}", Search);

    private static Results<Ok<SearchAnswer>, BadRequest<ApiError>> Search(string type, Dictionary<string, JsonElement> asked, PlaceIndex places)
    {
        var query = Queries.Select(name => asked.GetValueOrDefault(name)).FirstOrDefault(value => value.ValueKind == JsonValueKind.String);
        if (query.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(query.GetString()))
        {
            return ApiError.Missing("q");
        }

        var hits = query.GetString()!
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(word => places.Find(word, country: null, HitsPerWord))
            .Distinct()
            .Select((place, position) => new OrganicResult(
                position + 1,
                $"{place.Name} ({type})",
                $"https://www.geonames.org/{place.Id}",
                $"{place.Name} in {place.Country} has {place.Population} inhabitants."));
        return TypedResults.Ok(new SearchAnswer(new SearchInfo(Success: true), asked, [.. hits]));
    }
}
