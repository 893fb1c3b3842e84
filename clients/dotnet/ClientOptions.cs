namespace BatchPlatform.Client;

/// <summary>How patient a client is.</summary>
public sealed record ClientOptions
{
    /// <summary>Times that a request is sent in all, while it fails in passing; at least 1.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The longest wait before the second attempt; it doubles with each further one, and a part of it is left to chance.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait before any attempt, also when the platform's <c>Retry-After</c> asks for more: then the refusal is thrown.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>An attempt without the beginning of an answer is given up after this; uploads may take twenty times as long. A stream that says nothing for so long counts as cut off.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of jobs in one upload, at most; a longer stream of jobs goes in several.</summary>
    public int UploadBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>What time it is, and how time passes.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
