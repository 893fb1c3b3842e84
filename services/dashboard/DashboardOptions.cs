using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Dashboard;

/// <summary>How the dashboard works, section <c>Dashboard</c>.</summary>
public sealed class DashboardOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Dashboard";

    /// <summary>Bytes of a <see cref="SessionKey"/>.</summary>
    public const int SessionKeyBytes = 32;

    /// <summary>Where the API is, such as <c>http://api:8080</c>; this process itself when it is not set.</summary>
    public Uri? Api { get; set; }

    /// <summary>
    /// Encrypts the cookies of sessions: base64 of 32 random bytes, the same for all dashboards of a deployment. One that is
    /// drawn at each start when it is not set: sessions then end with the process.
    /// </summary>
    public string SessionKey { get; set; } = "";

    /// <summary>How long a session lasts; 0.1 to 720 h.</summary>
    [Range(0.1, 720)]
    public double SessionHours { get; set; } = 12;

    /// <summary>
    /// What is masked in params and responses: names of members, at any depth and in any case, or <c>*</c> for all of it. While
    /// there are any, results cannot be downloaded here.
    /// </summary>
    public IList<string> Mask { get; } = [];

    /// <summary>How often a page that shows something live asks again; 1 to 60 s.</summary>
    [Range(1, 60)]
    public double RefreshSeconds { get; set; } = 3;

    /// <summary>How long a page waits for the API; 1 to 120 s.</summary>
    [Range(1, 120)]
    public double ApiSeconds { get; set; } = 15;

    internal bool HasUsableApi => Api is null or { IsAbsoluteUri: true, Scheme: "http" or "https" };

    internal bool HasUsableSessionKey =>
        SessionKey.Length == 0 || (Convert.TryFromBase64String(SessionKey, new byte[SessionKey.Length], out var bytes) && bytes == SessionKeyBytes);
}
