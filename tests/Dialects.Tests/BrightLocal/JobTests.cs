using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>The endpoints that add jobs.</summary>
[Collection(nameof(OnePlatform))]
public sealed class JobTests(DialectHost host)
{
    private const int JobsPerBatch = 1 << 20;
    private readonly BrightLocalClient _client = new(host.Client);

    public static TheoryData<string, string> Types => new()
    {
        { "ld/fetch-reviews", "LdFetchReviews" },
        { "ld/fetch-reviews-by-business-data", "LdFetchReviewsByBusinessData" },
        { "ld/fetch-profile-url", "LdFetchProfileUrl" },
        { "ld/fetch-profile-details", "LdFetchProfileDetails" },
        { "ld/fetch-profile-details-by-business-data", "LdFetchProfileDetailsByBusinessData" },
        { "seo/offsite", "OffsiteSeo" },
        { "rankings/search", "SearchRankV2Api" },
        { "rankings/bulk-search", "SearchRankV2Api" },
    };

    public static TheoryData<string> Paths => [.. BrightLocalClient.Jobs.Select(job => job.Path)];

    public static TheoryData<string, string> RequiredInputs
    {
        get
        {
            var inputs = new TheoryData<string, string>();
            foreach (var (path, required) in BrightLocalClient.Jobs)
            {
                foreach (var (name, _) in required)
                {
                    inputs.Add(path, name);
                }
            }

            return inputs;
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_job_runs_and_its_results_stand_under_its_type(string path, string type)
    {
        var batch = await _client.CreateAsync();
        var added = await _client.AddAsync(batch, path);
        Assert.True(added.Status == 201, added.ToString());
        await _client.CommitAsync(batch);

        var jobs = (await _client.EndedAsync(batch))["results"]![type]!.AsArray();

        Assert.All(jobs, job => Assert.Equal("Completed", (string?)job!["status"]));
        Assert.All(jobs, job => Assert.NotEmpty(job!["results"]!.AsArray()));
        Assert.Equal(IdsOf(added.Json), jobs.Select(job => (long)job!["job-id"]!));
    }

    [Fact]
    public async Task A_job_id_is_an_integer_made_of_the_batch_and_its_place()
    {
        var batch = await _client.CreateAsync();

        var first = await _client.AddAsync(batch);
        var second = await _client.AddAsync(batch);

        var id = long.Parse(batch) * JobsPerBatch;
        Assert.Equal($$"""201 {"success":true,"job-id":{{id}}}""", first.ToString());
        Assert.Equal($$"""201 {"success":true,"job-id":{{id + 1}}}""", second.ToString());
    }

    [Fact]
    public async Task The_payload_is_what_was_asked_for_without_what_let_it_in()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(
            batch, "ld/fetch-reviews", ("profile-url", "https://local.example.org/é?a=1&b=2"), ("country", "GBR"), ("reviews-limit", "all"), ("sig", "abc"), ("expires", "1"));

        var results = (await _client.ResultsAsync(batch)).Json;

        var job = results["results"]!["LdFetchReviews"]![0]!;
        var expected = new JsonObject { ["profile-url"] = "https://local.example.org/é?a=1&b=2", ["country"] = "GBR", ["reviews-limit"] = "all" };
        Assert.True(JsonNode.DeepEquals(expected, job["payload"]), job.ToJsonString());
        Assert.Equal(("Created", "Pending", 0), ((string?)results["status"], (string?)job["status"], job["results"]!.AsArray().Count));
        Assert.Equal("""{"Pending":1}""", results["statuses"]!.ToJsonString());
    }

    [Fact]
    public async Task A_bulk_search_adds_a_job_for_each_term()
    {
        var batch = await _client.CreateAsync();

        var added = await _client.AddAsync(batch, "rankings/bulk-search");

        Assert.Equal(201, added.Status);
        Assert.All(added.Json["job-ids"]!.AsArray(), id => Assert.Equal(System.Text.Json.JsonValueKind.String, id!.GetValueKind()));
        var jobs = (await _client.ResultsAsync(batch)).Json["results"]!["SearchRankV2Api"]!.AsArray();
        Assert.Equal(["plumber", "emergency plumber"], jobs.Select(job => (string?)job!["payload"]!["search-term"]));
    }

    [Fact]
    public async Task A_profile_is_searched_by_phone_without_the_business()
    {
        var batch = await _client.CreateAsync();

        var found = await _client.AddAsync(batch, "ld/fetch-profile-url", ("search-type", "search-by-phone"), ("local-directory", "google"), ("telephone", "+1 917 555 1234"));
        var refused = await _client.AddAsync(batch, "ld/fetch-profile-url", ("search-type", "search-by-phone"), ("local-directory", "google"));

        Assert.Equal(201, found.Status);
        Assert.Equal((400, "INVALID_TELEPHONE"), (refused.Status, refused.Json["errors"]!.AsObject().Single().Key));
    }

    [Theory]
    [MemberData(nameof(RequiredInputs))]
    public async Task What_is_required_is_named_when_it_is_missing(string path, string missing)
    {
        var batch = await _client.CreateAsync();

        var reply = await _client.AddAsync(batch, path, [.. BrightLocalClient.Jobs.Single(job => job.Path == path).Inputs.Where(input => input.Name != missing)]);

        Assert.Equal(400, reply.Status);
        Assert.False((bool)reply.Json["success"]!);
        Assert.Equal($"INVALID_{missing.Replace('-', '_').ToUpperInvariant()}", reply.Json["errors"]!.AsObject().Single().Key);
        Assert.Equal("{}", (await _client.ResultsAsync(batch)).Json["statuses"]!.ToJsonString());
    }

    [Theory]
    [InlineData("ld/fetch-reviews", "country", "United States", "INVALID_COUNTRY")]
    [InlineData("ld/fetch-reviews", "profile-url", "nowhere", "INVALID_PROFILE_URL")]
    [InlineData("ld/fetch-reviews", "profile-url", "javascript://a.b/", "INVALID_PROFILE_URL")]
    [InlineData("ld/fetch-reviews", "date-from", "31/01/2026", "INVALID_DATE_FROM")]
    [InlineData("ld/fetch-reviews", "reviews-limit", "many", "INVALID_REVIEWS_LIMIT")]
    [InlineData("ld/fetch-reviews", "reviews-limit", "0", "INVALID_REVIEWS_LIMIT")]
    [InlineData("ld/fetch-reviews", "sort", "length", "INVALID_SORT")]
    [InlineData("ld/fetch-reviews", "start-page", "-1", "INVALID_START_PAGE")]
    [InlineData("ld/fetch-reviews-by-business-data", "local-directory", "a directory", "INVALID_LOCAL_DIRECTORY")]
    [InlineData("ld/fetch-reviews-by-business-data", "business-names", " ", "INVALID_BUSINESS_NAMES")]
    [InlineData("seo/offsite", "website-url", "not an address", "INVALID_WEBSITE_URL")]
    [InlineData("rankings/search", "search-engine", "altavista", "INVALID_SEARCH_ENGINE")]
    [InlineData("rankings/search", "urls", "www.example.com", "INVALID_URLS")]
    [InlineData("rankings/bulk-search", "search-terms", "plumber", "INVALID_SEARCH_TERMS")]
    [InlineData("rankings/bulk-search", "search-terms", "[]", "INVALID_SEARCH_TERMS")]
    [InlineData("rankings/bulk-search", "search-terms", "[null]", "INVALID_SEARCH_TERMS")]
    public async Task What_is_malformed_is_named(string path, string name, string value, string code)
    {
        var batch = await _client.CreateAsync();

        var reply = await _client.AddAsync(batch, path, [.. BrightLocalClient.Jobs.Single(job => job.Path == path).Inputs.Where(input => input.Name != name), (name, value)]);

        Assert.Equal((400, code), (reply.Status, reply.Json["errors"]!.AsObject().Single().Key));
    }

    [Theory]
    [InlineData("rankings/search", "Unable to add job")]
    [InlineData("rankings/bulk-search", "Unable to add job(s)")]
    public async Task Rankings_give_a_reason_as_well(string path, string reason)
    {
        var reply = await _client.AddAsync(await _client.CreateAsync(), path, ("country", "USA"));

        Assert.Equal((400, reason), (reply.Status, (string?)reply.Json["reason"]));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_named_at_once()
    {
        var reply = await _client.AddAsync(await _client.CreateAsync(), "ld/fetch-reviews", ("sort", "length"));

        Assert.Equal(["INVALID_PROFILE_URL", "INVALID_COUNTRY", "INVALID_SORT"], reply.Json["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task After_the_commit_no_job_is_added(string path)
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch);
        await _client.CommitAsync(batch);

        var reply = await _client.AddAsync(batch, path);

        Assert.Equal(400, reply.Status);
        Assert.Equal("This batch has been committed already", (string?)reply.Json["errors"]!["BATCH_ALREADY_COMMITTED"]);
    }

    private static IEnumerable<long> IdsOf(JsonNode added) => added["job-ids"] is JsonArray many
        ? many.Select(id => long.Parse((string)id!))
        : [long.Parse(added["job-id"]!.ToString())];
}
