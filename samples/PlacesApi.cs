using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Samples;

/// <summary>The answer of <c>lookup</c>.</summary>
/// <param name="Query">What was asked for.</param>
/// <param name="Matches">The best matches, best first, at most five.</param>
public sealed record PlaceMatches(string Query, Place[] Matches);

internal static class PlacesApi
{
    private const int MaxMatches = 5;

    public static IServiceCollection AddPlacesApi(this IServiceCollection services) => services.AddSingleton<PlaceIndex>();

    public static void MapPlacesApi(this IEndpointRouteBuilder routes) => routes.MapGet("/places/lookup", Lookup);

    private static Results<Ok<PlaceMatches>, BadRequest<ApiError>, NotFound<ApiError>> Lookup(
        string? name, string? q, string? country, PlaceIndex places)
    {
        var query = (name ?? q)?.Trim();
        if (string.IsNullOrEmpty(query))
        {
            return ApiError.Missing("name");
        }

        country = string.IsNullOrWhiteSpace(country) ? null : country.Trim();
        if (country is not (null or { Length: 2 }))
        {
            return ApiError.Bad("'country' is two letters (ISO 3166-1 alpha-2)");
        }

        return places.Find(query, country, MaxMatches) is { Length: > 0 } matches
            ? TypedResults.Ok(new PlaceMatches(query, matches))
            : TypedResults.NotFound(new ApiError(StatusCodes.Status404NotFound, "Unable to find place", ApiError.PlaceNotFound));
    }
}
