using Yarp.ReverseProxy.Forwarder;

namespace BatchPlatform.Gateway;

/// <summary>Connections to the apis: given up soon when nobody is there, and never used to send twice what changes something.</summary>
internal sealed class ApiConnections(ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = ConnectTimeout;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SentOnce(base.WrapHandler(context, handler));

    // When a kept connection breaks, the handler sends a request without a body again by itself, whatever its method. It does not
    // once it has begun to send a body, so that what is not to be repeated gets one, of no length.
    private sealed class SentOnce(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            {
                request.Content ??= new ByteArrayContent([]);
            }

            return ConnectedAsync(request, cancellationToken);
        }

        // A machine that is gone refuses nothing, it is silent. The proxy would take that for an answer that did not come in time,
        // to a request that may have taken effect; but nothing was sent.
        private async Task<HttpResponseMessage> ConnectedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (OperationCanceledException error) when (error.InnerException is TimeoutException)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "There was no connection in time.", error);
            }
        }
    }
}
