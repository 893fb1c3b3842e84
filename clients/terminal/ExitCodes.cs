namespace BatchPlatform.Terminal;

/// <summary>What a command's end says.</summary>
public static class ExitCodes
{
    /// <summary>It did what it was to do; of jobs, all completed.</summary>
    public const int AllCompleted = 0;

    /// <summary>Some jobs failed, or were not run.</summary>
    public const int SomeFailed = 1;

    /// <summary>What the user gave cannot be used, or the platform refused it.</summary>
    public const int BadInput = 2;

    /// <summary>The platform was not reached, or could not answer.</summary>
    public const int NotReached = 3;

    /// <summary>Ctrl-C, or asked to end otherwise.</summary>
    public const int Interrupted = 130;
}
