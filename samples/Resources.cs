namespace BatchPlatform.Samples;

/// <summary>The data files, which travel inside the assembly.</summary>
internal static class Resources
{
    public static Stream Open(string name) =>
        typeof(Resources).Assembly.GetManifestResourceStream(name)
        ?? throw new FileNotFoundException($"The assembly has no resource '{name}'.", name);

    /// <summary>The rows of a tab-separated file, without its header line.</summary>
    public static IEnumerable<string[]> Rows(string name)
    {
        using var reader = new StreamReader(Open(name));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return line.Split('\t');
        }
    }
}
