using System.Net;
using System.Net.Http.Json;

namespace BatchPlatform.Samples.Tests;

public sealed class PlacesApiTests
{
    [Fact]
    public async Task A_lookup_of_a_known_place_answers_its_coordinates()
    {
        var found = await BestMatchAsync("Lisbon");

        Assert.Equal(("Lisbon", "PT"), (found.Name, found.Country));
        Assert.Equal(38.7, found.Lat, tolerance: 0.1);
        Assert.Equal(-9.1, found.Lon, tolerance: 0.1);
        Assert.True(found.Population > 400_000);
    }

    [Theory]
    [InlineData("São Paulo", "São Paulo")]
    [InlineData("sao paulo", "São Paulo")]
    [InlineData("SÃO PAULO", "São Paulo")]
    [InlineData(" Zurich ", "Zürich")]
    [InlineData("Washington, D.C.", "Washington, D.C.")]
    public async Task Case_accents_and_outer_spaces_do_not_matter(string asked, string name) =>
        Assert.Equal(name, (await BestMatchAsync(asked)).Name);

    [Theory]
    [InlineData(null, "GB")]
    [InlineData("CA", "CA")]
    [InlineData("ca", "CA")]
    public async Task The_largest_of_a_name_is_the_best_unless_a_country_is_named(string? country, string expected) =>
        Assert.Equal(expected, (await BestMatchAsync("London", country)).Country);

    [Fact]
    public async Task A_place_of_exactly_the_name_comes_before_larger_ones_that_begin_with_it()
    {
        await using var server = await SampleServer.StartAsync();

        using var answer = await server.LookUpAsync("York");

        var matches = (await answer.Content.ReadFromJsonAsync<PlaceMatches>())!.Matches;
        Assert.Equal("York", matches[0].Name);
        using var beginning = await server.LookUpAsync("San ");
        var many = (await beginning.Content.ReadFromJsonAsync<PlaceMatches>())!.Matches;
        Assert.Equal(5, many.Distinct().Count());
        Assert.All(many, place => Assert.StartsWith("San", place.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/places/lookup?q=Tokyo", HttpStatusCode.OK)]
    [InlineData("/places/lookup?name=Atlantis", HttpStatusCode.NotFound)]
    [InlineData("/places/lookup?name=Lisbon&country=JP", HttpStatusCode.NotFound)]
    [InlineData("/places/lookup", HttpStatusCode.BadRequest)]
    [InlineData("/places/lookup?name=%20", HttpStatusCode.BadRequest)]
    [InlineData("/places/lookup?name=Lisbon&country=Portugal", HttpStatusCode.BadRequest)]
    public async Task A_lookup_answers_with_the_status_it_deserves(string path, HttpStatusCode expected)
    {
        await using var server = await SampleServer.StartAsync();

        using var answer = await server.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    private static async Task<Place> BestMatchAsync(string name, string? country = null)
    {
        await using var server = await SampleServer.StartAsync();
        using var answer = await server.LookUpAsync(name, country);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<PlaceMatches>())!.Matches[0];
    }
}
