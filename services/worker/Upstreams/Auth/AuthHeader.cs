namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>The header that proves who calls, and what must not be seen of it in an answer. No record: those print themselves.</summary>
internal sealed class AuthHeader(string name, string value, Scrubber scrubber)
{
    public Scrubber Scrubber => scrubber;

    /// <summary>Takes the place of whatever else the request says under that name.</summary>
    public void PutOn(HttpRequestMessage request)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
