using System.Net;
using BatchPlatform.Dashboard.Sessions;
using Microsoft.AspNetCore.Components;

namespace BatchPlatform.Dashboard.Components;

/// <summary>A page that asks the API with the session's key, and shows what is refused instead of failing.</summary>
public abstract class ApiPage : ComponentBase
{
    private bool _isLeaving;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    /// <summary>Why the page could not be filled.</summary>
    protected Refusal? Refusal { get; private set; }

    /// <summary>Why what was asked for was not done.</summary>
    protected Refusal? ActionRefusal { get; private set; }

    [Inject]
    private protected Api Api { get; set; } = null!;

    private protected BatchPlatformClient Platform => Api.Client;

    protected CancellationToken Gone => Context.RequestAborted;

    /// <summary>An older platform may not offer what the page shows.</summary>
    protected virtual bool IsOptional => false;

    /// <summary>What the page shows.</summary>
    protected abstract Task LoadAsync();

    protected override async Task OnInitializedAsync()
    {
        Refusal = IsOptional ? await TryOptionalAsync(LoadAsync) : await TryAsync(LoadAsync);
        if (Refusal is not { } refusal || _isLeaving)
        {
            return;
        }

        if (HttpMethods.IsPost(Context.Request.Method))
        {
            // The form that was sent is not on a page that shows a refusal alone.
            Go(Here);
        }
        else
        {
            Context.AnswerWith(refusal.Status);
        }
    }

    /// <summary>Does what somebody asked for, then goes to a page, so that reloading it does not do it again.</summary>
    protected async Task DoAsync(Func<Task<string>> act)
    {
        string? next = null;
        ActionRefusal = await TryAsync(async () => next = await act());
        if (next is not null)
        {
            Go(next);
        }
    }

    /// <summary>Does what somebody asked for, and stays on the page.</summary>
    protected async Task AskAsync(Func<Task> act) => ActionRefusal = await TryAsync(act) ?? ActionRefusal;

    /// <summary>Something that the page can do without, and that an older platform may not offer.</summary>
    /// <returns>Why it is not there; null when it is.</returns>
    protected async Task<Refusal?> TryOptionalAsync(Func<Task> ask) => (await TryAsync(ask))?.OfOptional();

    /// <summary>Asks the API for something.</summary>
    /// <returns>Why it was refused; null when it was not.</returns>
    protected async Task<Refusal?> TryAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return null;
        }
        catch (BatchPlatformException error) when (error.Status == HttpStatusCode.Unauthorized)
        {
            SessionCookie.Delete(Context);
            Go(SessionGate.Address(Context.Request.PathBase, Context.Request.Path + Context.Request.QueryString));
            return Refusal.Of(error);
        }
        catch (BatchPlatformException error)
        {
            return Refusal.Of(error);
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !Gone.IsCancellationRequested))
        {
            return Refusal.Away;
        }
    }

    private string Here => Context.Request.PathBase + Context.Request.Path + Context.Request.QueryString;

    private void Go(string address)
    {
        _isLeaving = true;
        Context.AnswerWith(address);
    }
}
