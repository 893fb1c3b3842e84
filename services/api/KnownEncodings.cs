namespace BatchPlatform.Api;

/// <summary>Refuses a body whose packing nobody undid, rather than read it as if it were plain.</summary>
public sealed class KnownEncodings(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // The decompression above removes the header of what it unpacks.
        return context.Request.Headers.ContentEncoding is [] or ["identity"]
            ? next(context)
            : throw new ProblemException(Problems.UnsupportedMediaType("The body's Content-Encoding is not supported; send it plain or as gzip."));
    }
}
