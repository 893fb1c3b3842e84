using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Samples.Handlers;

/// <summary>The section <c>Pickup</c> of the configuration.</summary>
public sealed class PickupOptions
{
    /// <summary>Where it is bound from.</summary>
    public const string Section = "Pickup";

    /// <summary>The folder that a mail server collects mail from. It must exist.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>Who writes.</summary>
    [Required, EmailAddress]
    public string From { get; set; } = "noreply@example.org";
}
