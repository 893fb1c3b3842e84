using System.Buffers.Text;
using System.ComponentModel;
using System.Security.Cryptography;
using BatchPlatform.Api.Idempotency;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;

namespace BatchPlatform.Api;

/// <summary>Administers keys.</summary>
public static class KeysApi
{
    private const int SigningSecretBytes = 32;

    public static void MapKeys(this RouteGroupBuilder v1)
    {
        var keys = v1.MapGroup("/keys").WithTags("keys").RequireAuthorization(ApiSetup.AdminPolicy);
        keys.MapGet("", ListAsync).WithName("list-keys").WithSummary("Keys of all tenants or of one, newest first; revoked ones stay listed").Produces<Page<KeyView>>().ProducesProblems(400);
        keys.MapGet("{id}", async (string id, KeyTable keys, CancellationToken cancellationToken) => TypedResults.Ok(KeyView.Of(await keys.FindAsync(id, cancellationToken))))
            .WithName("get-key")
            .WithSummary("One key")
            .ProducesProblems(404);
        keys.MapPost("", CreateAsync)
            .WithName("create-key")
            .WithSummary("Make a key; its text is in this answer and never shown again")
            .Accepts<KeyBody>("application/json")
            .Produces<KeyView>(201)
            .ProducesProblems(413, 415)
            .TakesIdempotencyKey();
        keys.MapDelete("{id}", RevokeAsync)
            .WithName("revoke-key")
            .WithSummary("Revoke a key: within two seconds it lets nobody in, and what it has open ends")
            .Produces(204)
            .ProducesProblems(404, 409);
        keys.MapPost("{id}/signing-secret", SignAsync)
            .WithName("create-signing-secret")
            .WithSummary("Make what the key's requests in the dialect iVvy are signed with, or another one; shown this once. From then on they must be signed there")
            .Produces<SigningSecretView>(201)
            .ProducesProblems(404)
            .TakesIdempotencyKey();
        keys.MapDelete("{id}/signing-secret", UnsignAsync)
            .WithName("delete-signing-secret")
            .WithSummary("Remove it: the key's requests need not be signed any more")
            .Produces(204)
            .ProducesProblems(404);
    }

    private static async Task<IResult> ListAsync([AsParameters] Query query, KeyTable keys, CancellationToken cancellationToken)
    {
        var limit = Parameter.Limit(query.Limit);
        var found = await keys.ListAsync(Parameter.Text("tenant", query.Tenant), Cursor.Read(query.Cursor) ?? long.MaxValue, limit + 1, cancellationToken);
        return TypedResults.Ok(Page.Of(found, limit, KeyView.Of, key => Cursor.Write(key.Number)));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, KeyTable keys, NumberSource numbers, IdempotentRequests requests, TimeProvider time)
    {
        var bytes = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, Guid.NewGuid(), await numbers.NextAsync(context.RequestAborted), async ticket =>
        {
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var row = RequestBody.Parse<KeyBody>(bytes).Checked(KeySecret.NewId(ticket.BatchId), ticket.Number, time.GetUtcNow());
            var text = await keys.MakeAsync(row, context.Actor());
            var view = KeyView.Of(await keys.FindAsync(row.Id, CancellationToken.None)) with { Key = text };
            return Answer.Of(StatusCodes.Status201Created, view, $"/v1/keys/{row.Id}") with { IsSecret = true };
        });
    }

    private static async Task<IResult> RevokeAsync(string id, HttpContext context, KeyTable keys, IConfiguration configuration)
    {
        var row = await keys.FindAsync(id, context.RequestAborted);
        if (row.Id == KeyDirectory.AdminId && configuration[FirstKey.Setting] is { Length: > 0 })
        {
            return Problems.Conflict(ErrorCodes.KeyConfigured, "This key is set by configuration (Admin:Key): change it there.");
        }

        // Whoever has just made another key revokes this one with that: so nobody locks himself out.
        if (row.Id == context.KeyId())
        {
            return Problems.Conflict(ErrorCodes.KeyInUse, "This is the key that you present: revoke it with another one.");
        }

        await keys.RevokeAsync(row.Id, context.Actor());
        return Results.NoContent();
    }

    private static async Task<IResult> SignAsync(string id, HttpContext context, KeyTable keys, IdempotentRequests requests)
    {
        var row = await keys.FindAsync(id, context.RequestAborted);
        var bytes = await RequestBody.ReadAsync(context);
        return await requests.RunAsync(context, Guid.Empty, number: 0, async ticket =>
        {
            ticket.Fingerprint?.Add(bytes.Span);
            if (await ticket.SealAsync() is { } kept)
            {
                return kept;
            }

            var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SigningSecretBytes));
            await keys.SignAsync(row.Id, secret, context.Actor());
            return Answer.Of(StatusCodes.Status201Created, new SigningSecretView(row.Id, secret)) with { IsSecret = true };
        });
    }

    private static async Task<IResult> UnsignAsync(string id, HttpContext context, KeyTable keys)
    {
        var row = await keys.FindAsync(id, context.RequestAborted);
        await keys.UnsignAsync(row.Id, context.Actor());
        return Results.NoContent();
    }

    internal sealed record Query
    {
        [Description("Only keys of this tenant.")]
        public string? Tenant { get; init; }

        [Description("Keys, at most: 1 to 1000, 50 when absent.")]
        public string? Limit { get; init; }

        [Description("The next_cursor of the page before.")]
        public string? Cursor { get; init; }
    }
}
