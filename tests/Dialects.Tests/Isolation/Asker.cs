namespace BatchPlatform.Dialects.Tests.Isolation;

/// <summary>An answer as whoever asked could compare it with another.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Seen">Status, headers but for what differs from request to request, and body; the ids that were asked for blotted out.</param>
/// <param name="Body">The body as it is.</param>
internal sealed record Answer(int Status, string Seen, string Body);

/// <summary>Asks what a row of the table says, as its clients would.</summary>
internal sealed class Asker(HttpClient http)
{
    private static readonly string[] OfOneRequest = ["Date", "traceparent", "RateLimit", "RateLimit-Policy"];

    public async Task<Answer> AskAsync(RouteRow row, Dictionary<string, string> values, string? key)
    {
        using var request = new HttpRequestMessage(row.Method, $"{Fill(PatternOf(row), values)}?{Fill(row.Query, values)}{KeyInQuery(row.Speech, key)}");
        if (row.Method != HttpMethod.Get)
        {
            request.Content = Http.Json(Fill(row.Body, values));
        }

        if (HeaderOf(row.Speech, key) is var (name, value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request);
        foreach (var header in OfOneRequest)
        {
            response.Headers.Remove(header);
        }

        var (status, body) = ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        var seen = $"{status}\n{response.Headers}{response.Content.Headers}\n{body}";
        return new Answer(status, values.Values.Where(each => each.Length >= 8).Aggregate(seen, (text, id) => text.Replace(id, "…", StringComparison.OrdinalIgnoreCase)), body);
    }

    // A list of searches has files of other names than a result set.
    private static string PatternOf(RouteRow row) =>
        row.Pattern.Contains("/results/", StringComparison.Ordinal) ? row.Pattern : row.Pattern.Replace("/files/{name}", "/files/{list}", StringComparison.Ordinal);

    private static string Fill(string text, Dictionary<string, string> values) =>
        values.Aggregate(text, (filled, value) => filled.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal));

    private static string KeyInQuery(Speech speech, string? key) => (speech, key) switch
    {
        (Speech.BrightLocal, not null) => $"&api-key={key}",
        (Speech.Traject, not null) => $"&api_key={key}",
        _ => "",
    };

    private static (string Name, string Value)? HeaderOf(Speech speech, string? key) => (speech, key) switch
    {
        (Speech.Native, not null) => ("Authorization", $"Bearer {key}"),
        (Speech.Prolific, not null) => ("Authorization", $"Token {key}"),
        (Speech.Ivvy, not null) => ("X-Api-Authorization", $"IWS {key}:"),
        _ => null,
    };
}
