namespace BatchPlatform.Dialects.Tests.Isolation;

/// <summary>Who may ask.</summary>
internal enum Access
{
    /// <summary>Anybody, without a key.</summary>
    Public,

    /// <summary>A key with the scope read.</summary>
    Read,

    /// <summary>A key with the scope write.</summary>
    Write,

    /// <summary>A key with the scope admin, and read or write by the method.</summary>
    Admin,

    /// <summary>Whoever has an address that was signed; no key.</summary>
    Link,
}

/// <summary>Whose a thing is that an address names.</summary>
internal enum Named
{
    /// <summary>No one's, or whoever's asks: lists, what is made new.</summary>
    Nothing,

    /// <summary>A tenant's: for everybody else it does not exist.</summary>
    Owned,

    /// <summary>Everybody's: upstreams.</summary>
    Shared,
}

/// <summary>How a client of the API, or of one of the vendors', presents itself.</summary>
internal enum Speech
{
    Native,
    BrightLocal,
    Ivvy,
    Prolific,
    Traject,
}

/// <summary>What is expected of one address.</summary>
/// <param name="Route">Method and pattern as mapped.</param>
/// <param name="Access">Who may ask.</param>
/// <param name="Named">Whose the thing is that it names.</param>
/// <param name="Speech">How the key is presented.</param>
/// <param name="Query">What goes with the address.</param>
/// <param name="Body">What goes with the request; {} for the rest.</param>
internal sealed record RouteRow(string Route, Access Access, Named Named, Speech Speech, string Query = "", string Body = "{}")
{
    public HttpMethod Method => new(Route.Split(' ')[0] is "ANY" ? "GET" : Route.Split(' ')[0]);

    public string Pattern => Route.Split(' ')[1];

    public override string ToString() => $"{Route} {Query}";
}

/// <summary>Every address of the platform. A new one must be added here, with who may ask it.</summary>
internal static class RouteTable
{
    private const string Prolific = "/api/v1/data-collection";

    public static IReadOnlyList<RouteRow> All { get; } = [.. Open(), .. Native(), .. BrightLocal(), .. Ivvy(), .. ProlificRows(), .. Traject()];

    private static IEnumerable<RouteRow> Open() =>
        new[] { "ANY /health/live", "ANY /health/ready", "GET /openapi/v1.json" }.Select(route => new RouteRow(route, Access.Public, Named.Nothing, Speech.Native));

    private static IEnumerable<RouteRow> Native() =>
    [
        .. Rows(Speech.Native, Access.Read, Named.Owned,
            "GET /v1/batches/{id}", "GET /v1/batches/{id}/jobs", "GET /v1/batches/{id}/jobs/{index}", "GET /v1/batches/{id}/results", "GET /v1/batches/{id}/runs",
            "GET /v1/batches/{id}/runs/{n}", "GET /v1/batches/{id}/events", "GET /v1/batches/{id}/deliveries", "GET /v1/batches/{id}/expansions/{expansion}",
            "GET /v1/batches/{id}/errors", "GET /v1/datasets/{id}", "GET /v1/actions/{id}"),
        .. Rows(Speech.Native, Access.Write, Named.Owned,
            "PATCH /v1/batches/{id}", "DELETE /v1/batches/{id}", "POST /v1/batches/{id}/jobs", "POST /v1/batches/{id}/jobs/{index}/cancel", "PUT /v1/batches/{id}/jobs/{index}",
            "DELETE /v1/batches/{id}/jobs/{index}", "DELETE /v1/batches/{id}/jobs/", "POST /v1/batches/{id}/commit", "POST /v1/batches/{id}/start",
            "POST /v1/batches/{id}/stop", "POST /v1/batches/{id}/retry-failed", "POST /v1/batches/{id}/pause", "POST /v1/batches/{id}/resume",
            "PUT /v1/datasets/{id}/content", "DELETE /v1/datasets/{id}", "POST /v1/deliveries/{id}/resend", "POST /v1/actions/{id}/cancel"),
        .. Rows(Speech.Native, Access.Read, Named.Nothing, "GET /v1/batches/", "GET /v1/datasets/", "GET /v1/upstreams/", "GET /v1/usage", "GET /v1/activity", "GET /v1/actions/"),
        .. Rows(Speech.Native, Access.Read, Named.Shared, "GET /v1/upstreams/{ns}", "GET /v1/upstreams/{ns}/gate"),
        .. Rows(Speech.Native, Access.Write, Named.Nothing, "POST /v1/batches/", "POST /v1/batches/actions", "POST /v1/datasets/", "POST /v1/deliveries/resend"),
        new("POST /v1/jobs/actions", Access.Write, Named.Owned, Speech.Native, Body: """{"action":"cancel","filter":{"batch":"{batches}"}}"""),
        .. Rows(Speech.Native, Access.Admin, Named.Shared,
            "PUT /v1/upstreams/{ns}", "DELETE /v1/upstreams/{ns}", "POST /v1/upstreams/{ns}/pause", "POST /v1/upstreams/{ns}/resume"),
        .. Rows(Speech.Native, Access.Admin, Named.Nothing,
            "GET /v1/tenants", "GET /v1/tenants/{name}/", "PUT /v1/tenants/{name}/", "GET /v1/audit", "GET /v1/dead-letters/", "POST /v1/dead-letters/redrive", "GET /v1/keys/", "POST /v1/keys/", "GET /v1/keys/{id}",
            "DELETE /v1/keys/{id}", "POST /v1/keys/{id}/signing-secret", "DELETE /v1/keys/{id}/signing-secret"),
    ];

    private static IEnumerable<RouteRow> BrightLocal() =>
    [
        new("POST /seo-tools/api/v4/batch", Access.Write, Named.Nothing, Speech.BrightLocal),
        .. new[] { "PUT /seo-tools/api/v4/batch", "DELETE /seo-tools/api/v4/batch", "PUT /seo-tools/api/v4/batch/stop" }
            .Select(route => new RouteRow(route, Access.Write, Named.Owned, Speech.BrightLocal, "batch-id={brightlocal}")),
        new("GET /seo-tools/api/v4/batch", Access.Read, Named.Owned, Speech.BrightLocal, "batch-id={brightlocal}"),
        .. new[]
            {
                "ld/fetch-reviews", "ld/fetch-reviews-by-business-data", "ld/fetch-profile-url", "ld/fetch-profile-details",
                "ld/fetch-profile-details-by-business-data", "seo/offsite", "rankings/search", "rankings/bulk-search",
            }
            .Select(kind => new RouteRow($"POST /seo-tools/api/v4/{kind}", Access.Write, Named.Owned, Speech.BrightLocal, "batch-id={brightlocal}")),
    ];

    private static IEnumerable<RouteRow> Ivvy()
    {
        const string Route = "POST /api/1.0/{space}", Body = """{"async":"{ivvy}"}""";
        return
        [
            new(Route, Access.Write, Named.Nothing, Speech.Ivvy, "action=run"),
            new(Route, Access.Read, Named.Owned, Speech.Ivvy, "action=progress", Body),
            new(Route, Access.Read, Named.Owned, Speech.Ivvy, "action=results", Body),
            new(Route, Access.Write, Named.Owned, Speech.Ivvy, "action=restart", Body),
            new(Route, Access.Write, Named.Owned, Speech.Ivvy, "action=repost", Body),
        ];
    }

    private static IEnumerable<RouteRow> ProlificRows() =>
    [
        .. Rows(Speech.Prolific, Access.Read, Named.Owned,
            $"GET {Prolific}/batches/{{id}}", $"GET {Prolific}/batches/{{id}}/status", $"GET {Prolific}/batches/{{id}}/tasks", $"GET {Prolific}/batches/{{id}}/task-groups",
            $"GET {Prolific}/batches/{{id}}/responses", $"GET {Prolific}/batches/{{id}}/report", $"GET {Prolific}/datasets/{{id}}",
            $"GET {Prolific}/datasets/{{id}}/status", $"GET {Prolific}/datasets/{{id}}/imports/{{import}}"),
        .. Rows(Speech.Prolific, Access.Write, Named.Owned,
            $"PATCH {Prolific}/batches/{{id}}", $"POST {Prolific}/batches/{{id}}/duplicate", $"POST {Prolific}/batches/{{id}}/setup",
            $"GET {Prolific}/datasets/{{id}}/upload-url/{{filename}}"),
        .. Rows(Speech.Prolific, Access.Write, Named.Nothing, $"POST {Prolific}/batches/", $"POST {Prolific}/datasets/"),
        new($"GET {Prolific}/batches/", Access.Read, Named.Nothing, Speech.Prolific, "workspace_id=w1"),
        new($"PUT {Prolific}/datasets/{{id}}/upload", Access.Link, Named.Owned, Speech.Prolific),
    ];

    private static IEnumerable<RouteRow> Traject()
    {
        foreach (var prefix in new[] { "", "/live" })
        {
            foreach (var (batches, searches) in new[] { ("batches", "searches"), ("collections", "requests") })
            {
                var (all, one) = ($"{prefix}/{batches}", $"{prefix}/{batches}/{{id}}");
                IEnumerable<RouteRow> rows =
                [
                    .. Rows(Speech.Traject, Access.Write, Named.Nothing, $"POST {all}/", $"GET {all}/stopall"),
                    .. Rows(Speech.Traject, Access.Read, Named.Nothing, $"GET {all}/"),
                    .. Rows(Speech.Traject, Access.Read, Named.Owned,
                        $"GET {one}", $"GET {one}/{searches}/{{page}}", $"GET {one}/{searches}/json", $"GET {one}/{searches}/csv", $"GET {one}/results",
                        $"GET {one}/results/{{set}}", $"GET {one}/results/{{set}}/jsonlines", $"GET {one}/results/{{set}}/csv",
                        $"GET {one}/results/{{set}}/files/{{name}}", $"GET {one}/{searches}/files/{{name}}"),
                    .. Rows(Speech.Traject, Access.Write, Named.Owned,
                        $"PUT {one}", $"DELETE {one}", $"GET {one}/start", $"GET {one}/stop", $"DELETE {one}/{searches}", $"DELETE {one}/clear",
                        $"PUT {one}/{{search}}", $"DELETE {one}/{{search}}", $"GET {one}/results/{{set}}/resendwebhook"),
                ];
                foreach (var row in rows)
                {
                    yield return row;
                }
            }

            yield return new($"ANY {prefix}/destinations/{{**rest}}", Access.Read, Named.Nothing, Speech.Traject);
        }
    }

    private static IEnumerable<RouteRow> Rows(Speech speech, Access access, Named named, params string[] routes) =>
        routes.Select(route => new RouteRow(route, access, named, speech));
}
