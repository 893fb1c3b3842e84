using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>Every example that the vendor prints, in the order of its page.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SeedTests(DialectHost host)
{
    private readonly BrightLocalClient _client = new(host.Client);

    [Fact]
    public async Task Create_answers_201_with_the_id()
    {
        var reply = await _client.AskAsync(HttpMethod.Post, "batch");

        Assert.Equal(201, reply.Status);
        Shape.Fits("""{ "success": true, "batch-id": "17" }""", reply.Json);
        Assert.True((bool)reply.Json["success"]!);
    }

    [Theory]
    [InlineData("stop-on-job-error", "perhaps")]
    [InlineData("callback", "ftp://example.com/")]
    [InlineData("callback", "http://10.0.0.1/")]
    [InlineData("callback_request_format", "xml")]
    public async Task Create_that_fails_says_only_so(string name, string value)
    {
        var reply = await _client.AskAsync(HttpMethod.Post, "batch", (name, value));

        Assert.Equal("""400 {"success":false}""", reply.ToString());
    }

    [Fact]
    public async Task Commit_answers_200()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch);

        Assert.Equal("""200 {"success":true}""", (await _client.CommitAsync(batch)).ToString());
    }

    [Fact]
    public async Task Commit_of_an_empty_batch_is_refused()
    {
        var reply = await _client.CommitAsync(await _client.CreateAsync());

        Assert.Equal("""400 {"success":false,"errors":{"INVALID_JOBS_COUNT":"Batch can't be committed with no jobs"}}""", reply.ToString());
    }

    [Fact]
    public async Task A_second_commit_is_refused()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch);
        await _client.CommitAsync(batch);

        var reply = await _client.CommitAsync(batch);

        Assert.Equal("""400 {"success":false,"errors":{"BATCH_ALREADY_COMMITTED":"This batch has been committed already"}}""", reply.ToString());
    }

    [Fact]
    public async Task Results_are_grouped_by_the_type_of_their_jobs()
    {
        var batch = await _client.CreateAsync();
        await _client.AddAsync(batch, "ld/fetch-profile-url");
        await _client.AddAsync(batch, "ld/fetch-profile-details");
        await _client.CommitAsync(batch);

        var results = await _client.EndedAsync(batch);

        Shape.Fits(
            """
            {
              "success": true,
              "status": "Finished",
              "results": {
                "LdFetchProfileUrl": [
                  {
                    "results": [ { "url": "https://plus.google.com/117512971192208385977/about?hl=en&rfmt=s" } ],
                    "status": "Completed",
                    "job-id": 318
                  }
                ],
                "LdFetchProfileDetails": [
                  {
                    "results": [
                      {
                        "business_name": "Hub Plumbing & Mechanical",
                        "street_address": null,
                        "postcode": null,
                        "region": null,
                        "locality": null,
                        "address": "Greenwich Village New York, NY",
                        "contact_telephone": "+1 917-634-8888",
                        "description_present": true,
                        "num_photos": 2,
                        "star_rating": "4.7",
                        "num_reviews": 10,
                        "claimed": true,
                        "website_url": "http://www.hubplumbingnyc.com/",
                        "cid": "117512971192208385977",
                        "categories": "Plumber",
                        "check_in": null
                      }
                    ],
                    "status": "Completed",
                    "job-id": 318
                  }
                ]
              },
              "statuses": {
                "Completed": 2
              }
            }
            """,
            WithoutPayload(results));
        Assert.Equal(2, (int)results["statuses"]!["Completed"]!);
        Assert.Equal("Completed", (string?)results["results"]!["LdFetchProfileUrl"]![0]!["status"]);
    }

    [Fact]
    public async Task Delete_answers_200_and_the_batch_is_gone()
    {
        var batch = await _client.CreateAsync();

        Assert.Equal("""200 {"success":true}""", (await _client.DeleteAsync(batch)).ToString());
        Assert.Equal("""404 {"success":false,"errors":{"INVALID_BATCH_ID":"Batch ID not found"}}""", (await _client.DeleteAsync(batch)).ToString());
    }

    // The vendor's page leaves it out; its API does not.
    private static JsonNode WithoutPayload(JsonNode results)
    {
        var printed = results.DeepClone();
        foreach (var job in printed["results"]!.AsObject().SelectMany(type => type.Value!.AsArray()))
        {
            Assert.True(job!.AsObject().Remove("payload"));
        }

        return printed;
    }
}
