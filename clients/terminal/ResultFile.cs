namespace BatchPlatform.Terminal;

/// <summary>Where results go. They get their name only when they are whole.</summary>
public sealed class ResultFile
{
    private const byte LineEnd = (byte)'\n';
    private readonly string _path;
    private readonly string _partial;

    /// <summary>Looks whether it can be written.</summary>
    /// <param name="path">Its name once it is whole.</param>
    /// <param name="of">What the results are of, for a file that may be continued: until it is whole, its name has this.</param>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public ResultFile(string path, string? of = null)
    {
        _path = Path.GetFullPath(path);
        _partial = of is null ? $"{_path}.partial" : $"{_path}.{of}.partial";
        if (!Directory.Exists(Path.GetDirectoryName(_path)))
        {
            throw new BadInputException($"The results cannot be written: there is no folder {Path.GetDirectoryName(_path)}.");
        }
    }

    /// <summary>Writes it from the beginning.</summary>
    public async Task WriteAsync(Func<Stream, Task> write)
    {
        await using (var file = File.Create(_partial))
        {
            await write(file);
        }

        Finish();
    }

    /// <summary>Goes on where an earlier attempt broke off: after its last whole line, which is handed over, or null without one.</summary>
    public async Task ContinueAsync(Func<Stream, string?, Task> write)
    {
        await using (var file = new FileStream(_partial, FileMode.OpenOrCreate, FileAccess.ReadWrite))
        {
            var end = FindBack(file, file.Length);
            var last = end < 0 ? null : Text(file, FindBack(file, end) + 1, end);
            file.SetLength(end + 1);
            file.Position = end + 1;
            await write(file, last);
        }

        Finish();
    }

    private void Finish() => File.Move(_partial, _path, overwrite: true);

    // The last line end before a place; -1 without one.
    private static long FindBack(FileStream file, long before)
    {
        var buffer = new byte[64 * 1024];
        while (before > 0)
        {
            var start = Math.Max(0, before - buffer.Length);
            var block = buffer.AsSpan(0, (int)(before - start));
            file.Position = start;
            file.ReadExactly(block);
            if (block.LastIndexOf(LineEnd) is var found and >= 0)
            {
                return start + found;
            }

            before = start;
        }

        return -1;
    }

    private static string Text(FileStream file, long from, long to)
    {
        var line = new byte[to - from];
        file.Position = from;
        file.ReadExactly(line);
        return System.Text.Encoding.UTF8.GetString(line);
    }
}
