using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Imports;

/// <summary>What an OpenAPI document says, in our words.</summary>
/// <param name="Address">Where it was fetched; null when it was sent along.</param>
/// <param name="BaseUrl">The address of its server; empty when it names none that can be called.</param>
/// <param name="Actions">Its operations.</param>
/// <param name="Schemas">The schemas that the actions share.</param>
/// <param name="Notes">What was not taken over, or only in part; the first hundred.</param>
internal sealed record ImportedDocument(
    Uri? Address,
    string BaseUrl,
    IReadOnlyDictionary<string, UpstreamAction> Actions,
    IReadOnlyDictionary<string, JsonElement> Schemas,
    IReadOnlyList<string> Notes);

/// <summary>A document cannot be had or read.</summary>
internal sealed class DocumentException(string message) : Exception(message);

/// <summary>Collects what was not taken over: each note once, a hundred at most.</summary>
internal sealed class ImportNotes
{
    private const int MaxTold = 100;
    private readonly List<string> _told = [];
    private readonly HashSet<string> _known = [];

    public IReadOnlyList<string> Told => _told;

    public void Add(string note)
    {
        if (_told.Count < MaxTold && _known.Add(note))
        {
            _told.Add(note);
        }
    }
}
