namespace BatchPlatform.Standalone.Run;

/// <summary>The jobs that the user gave: a file, or standard input.</summary>
/// <param name="Path">As given; - is standard input.</param>
/// <param name="ContentType">By the name's extension; NDJSON unless it says otherwise.</param>
internal sealed record JobFile(string Path, string ContentType)
{
    private const string StandardInput = "-";

    /// <summary>What the batch is called, and its results by default.</summary>
    public string Name => Path == StandardInput ? "stdin" : System.IO.Path.GetFileNameWithoutExtension(Path);

    public static JobFile Of(string path) => new(path, System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => "text/csv",
        ".JSON" => "application/json",
        _ => "application/x-ndjson",
    });

    /// <exception cref="BadInputException">There is no such file, or it cannot be read.</exception>
    public Stream Open()
    {
        try
        {
            return Path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{Path} cannot be read: {error.Message}", error);
        }
    }
}
