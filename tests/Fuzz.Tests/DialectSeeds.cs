using BatchPlatform.Testing.Walkthroughs;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>The requests that the dialects' pages show.</summary>
internal static class DialectSeeds
{
    public static IEnumerable<Seed> Read() => Walkthrough.PagesIn("docs/dialects").SelectMany(OfPage);

    private static IEnumerable<Seed> OfPage(string page)
    {
        var name = Path.GetFileNameWithoutExtension(page);
        var words = new Words(name);
        foreach (var (command, kept, memberOf) in Walkthrough.Read(page).Requests(words))
        {
            using var content = command.Content();
            var body = content is null ? null : content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
            List<(string, string)> headers = [.. command.Headers];
            if (content?.Headers.ContentType?.ToString() is { } type)
            {
                headers.Add(("Content-Type", type));
            }

            var target = command.Url.Replace("http://host", "", StringComparison.Ordinal);
            yield return new Seed($"{name} {command.Method} {target}", new FuzzRequest(command.Method, target, headers, body), kept.Length > 0 ? $"{name}.{kept}" : "", memberOf);
        }
    }

    /// <summary>Every variable of a page, by a word that says the page's and its name.</summary>
    private sealed class Words(string page) : Dictionary<string, string>, IReadOnlyDictionary<string, string>
    {
        string IReadOnlyDictionary<string, string>.this[string name] => name switch
        {
            "host" => "http://host",
            "key" => Seed.Word("key"),
            _ => Seed.Word($"{page}.{name}"),
        };
    }
}
