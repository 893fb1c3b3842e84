using System.Net;

namespace BatchPlatform.Dashboard.Sessions;

/// <summary>Asks the API whose key one is, and whether it administers.</summary>
internal sealed class SignIns(ApiConnections connections)
{
    private const int MaxLength = 500;

    private static readonly Refusal Unknown = new(
        StatusCodes.Status422UnprocessableEntity, "This key lets nobody in", "It is not known, was revoked, or has expired. Check that all of it was pasted.", Code: "");

    private static readonly Refusal Blind = new(
        StatusCodes.Status422UnprocessableEntity, "This key may not read", "The dashboard needs a key with the scope read.", Code: "");

    /// <summary>The session that a key begins, or why it begins none.</summary>
    public async Task<(Session? Session, Refusal? Refusal)> TryAsync(string key, CancellationToken cancellationToken)
    {
        if (key.Length is 0 or > MaxLength || !key.All(letter => letter is > ' ' and <= '~'))
        {
            return (null, Unknown);
        }

        try
        {
            var client = connections.With(key);
            var usage = await client.Admin.UsageAsync(cancellationToken: cancellationToken);
            return (new Session(key, usage.Tenant, await IsAdminAsync(client, usage.Tenant, cancellationToken)), null);
        }
        catch (BatchPlatformException error) when (error.Status is HttpStatusCode.Unauthorized)
        {
            return (null, Unknown);
        }
        catch (BatchPlatformException error) when (error.Status is HttpStatusCode.Forbidden)
        {
            return (null, Blind);
        }
        catch (BatchPlatformException error)
        {
            return (null, Refusal.Of(error));
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, Refusal.Away);
        }
    }

    private static async Task<bool> IsAdminAsync(BatchPlatformClient client, string tenant, CancellationToken cancellationToken)
    {
        try
        {
            await client.Admin.GetTenantAsync(tenant, cancellationToken);
            return true;
        }
        catch (BatchPlatformException error) when (error.Status is HttpStatusCode.Forbidden)
        {
            return false;
        }
    }
}
