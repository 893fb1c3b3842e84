using System.Security.Cryptography;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Batches;

/// <summary>Takes, makes, changes and shows the secrets that callbacks are signed with. The store has them encrypted.</summary>
public sealed class CallbackSecrets(BatchStore store, SecretBox box, TimeProvider time, IOptions<ApiOptions> options)
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;
    private const int MadeBytes = 32;

    // As many signatures as a receiver is sent, at most.
    private const int Kept = 3;

    /// <summary>Whether a text is a secret of the Standard Webhooks form.</summary>
    public static bool IsSecret(string text)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length)
            && length >= MinBytes;
    }

    /// <summary>The callback as it is stored: with its first secret, or, where it takes another's place and names none, with the secrets of that.</summary>
    public Callback? Seal(CallbackBody? body, Callback? old = null) => body is null
        ? null
        : new Callback(body.Url, body.Format, body.Include, body.Progress, body.Secret is null && old is not null ? old.Secrets : Change(old?.Secrets, body.Secret));

    /// <summary>Puts a secret, given or made, before those that are there; the one that it follows is signed with for a while yet.</summary>
    public IReadOnlyList<CallbackSecret> Change(IReadOnlyList<CallbackSecret>? old, string? given)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var until = now.AddHours(options.Value.SecretOverlapHours);
        var secret = given ?? Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(MadeBytes));
        var followed = (old ?? []).Select(each => each with { Until = each.Until ?? until }).Where(each => each.Until > now);
        return [.. followed.Prepend(new CallbackSecret(box.Protect(secret))).Take(Kept)];
    }

    /// <summary>The view with the newest secret in it: for the answer that shows it, this once.</summary>
    public async Task<BatchView> ShowAsync(BatchView view)
    {
        await using var db = store.Read();
        var callback = await db.Batches.Where(batch => batch.CorrelationId == view.Id).Select(batch => batch.Callback).FirstOrDefaultAsync();
        return callback is null || view.Callback is null ? view : view with { Callback = Show(view.Callback, callback) };
    }

    /// <inheritdoc cref="ShowAsync"/>
    public CallbackView Show(CallbackView view, Callback stored) =>
        stored.Secrets is [var newest, ..] ? view with { Secret = box.Unprotect(newest.Protected) } : view;
}
