namespace BatchPlatform.Dashboard.Sessions;

/// <summary>Who looks: a key, as far as the dashboard knows it. What the key may do, the API decides at each request.</summary>
/// <param name="Key">The API key itself: it goes to the API, and nowhere else.</param>
/// <param name="Tenant">Whose key it is.</param>
/// <param name="IsAdmin">It administers: the pages for that are offered.</param>
internal sealed record Session(string Key, string Tenant, bool IsAdmin)
{
    /// <summary>Without the key, so that nothing prints it.</summary>
    public override string ToString() => $"a session of {Tenant}";
}
