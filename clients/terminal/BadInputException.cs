namespace BatchPlatform.Terminal;

/// <summary>What the user gave cannot be used; the message, which may have several lines, says what and where.</summary>
public sealed class BadInputException(string message, Exception? cause = null) : Exception(message, cause);
