namespace BatchPlatform.Standalone.Run;

/// <summary>Where the results go. They get their name only when they are whole.</summary>
internal sealed class ResultFile
{
    private readonly string _path;

    /// <exception cref="BadInputException">There is no such folder.</exception>
    public ResultFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(_path)))
        {
            throw new BadInputException($"The results cannot be written: there is no folder {Path.GetDirectoryName(_path)}.");
        }
    }

    public async Task WriteAsync(Func<Stream, Task> write)
    {
        var partial = _path + ".partial";
        await using (var file = File.Create(partial))
        {
            await write(file);
        }

        File.Move(partial, _path, overwrite: true);
    }
}
