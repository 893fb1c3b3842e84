using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>API keys; for admins.</summary>
internal static class KeysCommand
{
    public static Command Make() => new("keys", "API keys; for admins.") { List(), Create(), Revoke() };

    private static Command List()
    {
        var tenant = new Option<string?>("--tenant") { Description = "Only this tenant's.", HelpName = "TENANT" };
        return new Command("list", "List keys, newest first; revoked ones stay listed.") { tenant }.Does((session, parsed, cancellationToken) =>
            session.Output.ListAsync(session.Platform.Admin.KeysAsync(parsed.GetValue(tenant), cancellationToken), "No keys.", Columns));
    }

    private static Command Create()
    {
        var tenant = new Option<string>("--tenant") { Description = "Whose.", HelpName = "TENANT", Required = true };
        var scopes = new Option<string[]>("--scope") { Description = "What it may do; may be repeated.", HelpName = "admin|write|read", Required = true, AllowMultipleArgumentsPerToken = true };
        scopes.AcceptOnlyFromAmong("admin", "write", "read");
        var name = new Option<string?>("--name") { Description = "What people call it.", HelpName = "TEXT" };
        var expires = Arguments.Duration("--expires-in", "It lets nobody in after so long; never unless given.");
        return new Command("create", "Make a key. Its text is shown once.") { tenant, scopes, name, expires }.Does(async (session, parsed, cancellationToken) =>
        {
            var ends = parsed.GetValue(expires) is { } time ? TimeProvider.System.GetUtcNow() + time : (DateTimeOffset?)null;
            var asked = new NewApiKey(parsed.GetRequiredValue(tenant), parsed.GetRequiredValue(scopes), parsed.GetValue(name), ends);
            var key = await session.Platform.Admin.CreateKeyAsync(asked, cancellationToken);
            session.Output.Tell(key, $"Key {key.Id} of {key.Tenant}; its text is not shown again:\n{key.Key}");
        });
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("ID") { Description = "The key's id, as listed." };
        return new Command("revoke", "Revoke a key: within two seconds it lets nobody in.") { id }.Does(async (session, parsed, cancellationToken) =>
        {
            await session.Platform.Admin.RevokeKeyAsync(parsed.GetRequiredValue(id), cancellationToken);
            session.Output.Tell(new { Revoked = parsed.GetRequiredValue(id) }, $"Key {parsed.GetRequiredValue(id)} is revoked.");
        });
    }

    private static readonly Column<ApiKey>[] Columns =
    [
        new("ID", key => key.Id),
        new("TENANT", key => key.Tenant),
        new("NAME", key => key.Name),
        new("SCOPES", key => string.Join(' ', key.Scopes)),
        new("STATE", key => key.RevokedAt is null ? key.ExpiresAt is { } expiry && expiry <= TimeProvider.System.GetUtcNow() ? "expired" : "" : "revoked"),
        new("LAST USED", key => key.LastUsedAt),
        new("CREATED", key => key.CreatedAt),
    ];
}
