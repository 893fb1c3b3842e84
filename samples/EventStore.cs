using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Samples;

/// <summary>The events and the people who can be invited to them. It never changes, so that a repeated invitation is the same one.</summary>
internal sealed class EventStore
{
    private readonly FrozenDictionary<long, string> _eventCodes = Resources.Rows("events.tsv")
        .ToFrozenDictionary(row => Id(row), row => row[1]);

    private readonly FrozenSet<long> _subscribed = Resources.Rows("contacts.tsv")
        .Where(row => row[4] == "subscribed")
        .Select(Id)
        .ToFrozenSet();

    /// <summary>The code of an event, or null where there is no such event.</summary>
    public string? FindEventCode(long id) => _eventCodes.GetValueOrDefault(id);

    /// <summary>Invites one contact; one who is unknown, unsubscribed or whose address bounces is not invited.</summary>
    public Invitation Invite(string eventCode, long contact) => _subscribed.Contains(contact)
        ? new Invitation(contact, Status: true, Link(eventCode, contact, "yes"), Link(eventCode, contact, "no"))
        : new Invitation(contact, Status: false);

    private static string Link(string eventCode, long contact, string answer)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{eventCode}/{contact}/{answer}")));
        return $"https://events.example.org/{eventCode}/rsvp/{answer}/{Convert.ToHexStringLower(hash.AsSpan(0, 12))}";
    }

    private static long Id(string[] row) => long.Parse(row[0], CultureInfo.InvariantCulture);
}
