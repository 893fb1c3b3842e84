using System.Diagnostics.CodeAnalysis;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>How BrightLocal is spoken, section <c>Dialects:BrightLocal</c>; the notifier reads it too.</summary>
public sealed class BrightLocalOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = $"{DialectOptions.Section}:BrightLocal";

    /// <summary>What <c>batch-id</c> is in JSON answers; requests may have either.</summary>
    public BatchIdFormat BatchIdFormat { get; set; } = BatchIdFormat.String;
}

/// <summary>How a batch's number is written.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "JSON's types, by the names that the setting has.")]
public enum BatchIdFormat
{
    /// <summary><c>"17"</c>, as the vendor documents it.</summary>
    String,

    /// <summary><c>17</c>, which some clients insist on.</summary>
    Integer,
}
