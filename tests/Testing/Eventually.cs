using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace BatchPlatform.Testing;

/// <summary>
/// Waits for what other processes and threads bring about. An exception counts as "not yet", since a service that is
/// starting refuses connections; the last one is part of the failure.
/// </summary>
public static class Eventually
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task True(Func<bool> condition, string? because = null, TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        True(() => Task.FromResult(condition()), because, timeout, expression);

    public static Task True(Func<Task<bool>> condition, string? because = null, TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        Equal(true, condition, because, timeout, expression);

    public static Task Equal<T>(T expected, Func<T> actual, string? because = null, TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(actual))] string expression = "") =>
        Equal(expected, () => Task.FromResult(actual()), because, timeout, expression);

    public static async Task Equal<T>(T expected, Func<Task<T>> actual, string? because = null, TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(actual))] string expression = "")
    {
        var limit = timeout ?? DefaultTimeout;
        var started = TimeProvider.System.GetTimestamp();
        string last;
        Exception? thrown;
        do
        {
            try
            {
                var value = await actual();
                if (EqualityComparer<T>.Default.Equals(expected, value))
                {
                    return;
                }

                (last, thrown) = (value?.ToString() ?? "null", null);
            }
            catch (Exception exception)
            {
                (last, thrown) = ($"{exception.GetType().Name}: {exception.Message}", exception);
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
        while (TimeProvider.System.GetElapsedTime(started) < limit);

        throw new XunitException($"""
            Not within {limit.TotalSeconds:0.#} s{(because is null ? "" : $": {because}")}
            Condition: {expression}
            Expected:  {expected}
            Last:      {last}
            """, thrown);
    }
}
