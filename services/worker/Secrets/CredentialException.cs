namespace BatchPlatform.Worker.Secrets;

/// <summary>A call cannot prove who makes it, so it is not made. The message names the secret, never its value.</summary>
/// <param name="code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="message">What a person should know.</param>
/// <param name="repeatable">Another attempt may help.</param>
internal sealed class CredentialException(string code, string message, bool repeatable = false) : Exception(message)
{
    public string Code => code;

    public bool Repeatable => repeatable;
}
