using System.Text;

namespace BatchPlatform.Testing.Walkthroughs;

/// <summary>A curl command, as far as the pages use it: -X, -H, -d, --json, --data-urlencode, --data-binary, -F, -G, -u and -s.</summary>
public sealed class CurlCommand
{
    private readonly List<(string Name, string Value)> _headers = [];
    private readonly List<string> _data = [];
    private readonly List<(string Name, string Value)> _parts = [];
    private string? _method;
    private string? _url;
    private bool _dataInQuery;
    private string _contentType = "application/x-www-form-urlencoded";

    public static CurlCommand Parse(IReadOnlyList<string> words)
    {
        var command = new CurlCommand();
        var rest = new Queue<string>(words.Skip(1));
        while (rest.TryDequeue(out var word))
        {
            command.Take(word, rest);
        }

        return command;
    }

    /// <summary>Where it goes, with what stands in the query.</summary>
    public string Url => _dataInQuery && _data.Count > 0 ? $"{_url}{(_url!.Contains('?') ? '&' : '?')}{string.Join('&', _data)}" : _url!;

    /// <summary>The method.</summary>
    public string Method => _method ?? (_parts.Count > 0 || (_data.Count > 0 && !_dataInQuery) ? "POST" : "GET");

    /// <summary>The headers, but for that of the body's type.</summary>
    public IEnumerable<(string Name, string Value)> Headers => _headers.Where(header => !IsContentType(header.Name));

    public async Task<Reply> SendAsync(HttpClient client)
    {
        using var content = Content();
        return await client.AskAsync(new HttpMethod(Method), Url, content, [.. Headers]);
    }

    private void Take(string word, Queue<string> rest)
    {
        switch (word)
        {
            case "-s" or "-sS":
                break;
            case "-G":
                _dataInQuery = true;
                break;
            case "-X":
                _method = rest.Dequeue();
                break;
            case "-H":
                _headers.Add(Split(rest.Dequeue(), ':'));
                break;
            case "-F":
                _parts.Add(Split(rest.Dequeue(), '='));
                break;
            case "-d" or "--data-binary":
                _data.Add(rest.Dequeue());
                break;
            case "--json":
                _data.Add(rest.Dequeue());
                _contentType = "application/json";
                break;
            case "--data-urlencode":
                var (name, value) = Split(rest.Dequeue(), '=');
                _data.Add($"{name}={Uri.EscapeDataString(value)}");
                break;
            default:
                _url = !word.StartsWith('-') && _url is null ? word : throw new FormatException($"curl {word} is not known here.");
                break;
        }
    }

    /// <summary>A new body; null when it has none.</summary>
    public HttpContent? Content()
    {
        if (_parts.Count > 0)
        {
            var form = new MultipartFormDataContent();
            _parts.ForEach(part => form.Add(new StringContent(part.Value), part.Name));
            return form;
        }

        if (_data.Count == 0 || _dataInQuery)
        {
            return null;
        }

        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('&', _data)));
        var type = _headers.Find(header => IsContentType(header.Name)).Value ?? _contentType;
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static bool IsContentType(string name) => name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static (string Name, string Value) Split(string text, char at) => (text[..text.IndexOf(at)], text[(text.IndexOf(at) + 1)..].Trim());
}
