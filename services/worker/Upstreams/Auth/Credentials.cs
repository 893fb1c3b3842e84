using System.Collections.Concurrent;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Secrets;
using BatchPlatform.Worker.Upstreams.Http;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>
/// Makes credentials of what definitions name. The one place where secrets leave their keeping, and only for hosts that they are
/// bound to: a definition that would send one elsewhere cannot be called at all.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the process.
internal sealed class Credentials(IOptions<SecretsOptions> secrets, TimeProvider time, ILogger<Credentials> logger)
#pragma warning restore CA1001
{
    private readonly HttpMessageInvoker _tokenClient = Connections.Open();

    // Shared by all versions and upstreams that ask for the same; as many as administrators have ever defined.
    private readonly ConcurrentDictionary<(string Secret, Uri Address, string? Scope), TokenSource> _tokens = new();

    /// <returns>Null when calls need not prove anything.</returns>
    /// <exception cref="CredentialException">The secret is unknown, malformed, or may not be sent there.</exception>
    /// <exception cref="FormatException">The definition makes no sense.</exception>
    public ICredential? For(Upstream definition)
    {
        var auth = definition.Auth;
        if (auth.Type == "none")
        {
            return null;
        }

        var secret = Find(auth);
        var target = new Uri(DefinitionWords.BaseUrl(definition.BaseUrl));
        return auth.Type switch
        {
            "header" => Header(auth, secret, target),
            "basic" => Basic(secret, target),
            "oauth2" => Tokens(auth, secret, target),
            _ => throw new FormatException($"Auth type '{auth.Type}' is none of none, header, basic and oauth2."),
        };
    }

    private Secret Find(UpstreamAuth auth) => secrets.Value.Named.TryGetValue(auth.Secret ?? "", out var options)
        ? new Secret(auth.Secret!, options)
        : throw new CredentialException(ErrorCodes.SecretUnknown, $"This worker's configuration has no secret '{auth.Secret}'.");

    private static FixedCredential Header(UpstreamAuth auth, Secret secret, Uri target)
    {
        var name = DefinitionWords.CredentialHeaderName(auth.Header);
        var value = secret.ValueFor(target);
        // Of "Bearer abc" the second word is the secret.
        return ParamText.FitsHeader(value)
            ? new FixedCredential(new AuthHeader(name, value, new Scrubber(value, value[(value.TrimEnd().LastIndexOf(' ') + 1)..])))
            : throw secret.Malformed("has characters that a header cannot have");
    }

    private static FixedCredential Basic(Secret secret, Uri target)
    {
        var (user, password) = secret.PairFor(target);
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        // Some services take a key for the user and no password.
        var hidden = password.Length > 0 ? password : user;
        return new FixedCredential(new AuthHeader("Authorization", $"Basic {pair}", new Scrubber(pair, hidden)));
    }

    private TokenSource Tokens(UpstreamAuth auth, Secret secret, Uri target)
    {
        if (!Uri.TryCreate(auth.TokenUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            throw new FormatException("The token address is not an absolute http or https address without a user.");
        }

        // The token is as good as the secret, so both addresses must be the secret's.
        secret.ValueFor(target);
        var client = secret.PairFor(address);
        return _tokens.GetOrAdd(
            (secret.Name, address, auth.Scope),
            key => new TokenSource(new TokenEndpoint(key.Address, client, key.Scope, key.Secret, _tokenClient, time, logger), time));
    }
}
