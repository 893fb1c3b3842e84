using BatchPlatform.Api.Batches;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Security;
using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Makes links to files that begin as clients reach the platform.</summary>
public sealed class TrajectLinking(SignedLinks signer, IOptions<PublicOptions> address, IOptions<TrajectOptions> options, TimeProvider time)
{
    /// <summary>Links for a batch.</summary>
    public TrajectLinks For(HttpContext context, TrajectWords words, Batch batch) => new(
        signer,
        address.Value.RootFor(context.Request),
        batch.Tenant,
        words.Batches,
        words.BatchTitle,
        batch.Number,
        time.GetUtcNow().AddHours(options.Value.LinkHours));
}
