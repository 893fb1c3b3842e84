namespace BatchPlatform.Terminal;

/// <summary>The jobs that the user gave: a file, or standard input.</summary>
/// <param name="Path">As given; - is standard input.</param>
/// <param name="ContentType">By the name's extension; NDJSON unless it says otherwise.</param>
public sealed record JobFile(string Path, string ContentType)
{
    private const string StandardInput = "-";
    private const string Ndjson = "application/x-ndjson";

    /// <summary>It is standard input, which can be read once.</summary>
    public bool IsStandardInput => Path == StandardInput;

    /// <summary>A job on each line: it can be added in parts.</summary>
    public bool HasLines => ContentType == Ndjson;

    /// <summary>What the batch is called, and its results by default.</summary>
    public string Name => IsStandardInput ? "stdin" : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>What the user named.</summary>
    public static JobFile Of(string path) => new(path, System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => "text/csv",
        ".JSON" => "application/json",
        _ => Ndjson,
    });

    /// <summary>Opens it for reading.</summary>
    /// <exception cref="BadInputException">There is no such file, or it cannot be read.</exception>
    public Stream Open()
    {
        try
        {
            return IsStandardInput ? Console.OpenStandardInput() : File.OpenRead(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{Path} cannot be read: {error.Message}", error);
        }
    }
}
