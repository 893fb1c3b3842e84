namespace BatchPlatform.Store.Results;

/// <summary>Writes results one after the other into a buffer.</summary>
public interface IResultFormat : IDisposable
{
    /// <summary>What comes before the first.</summary>
    void Begin();

    /// <summary>One result.</summary>
    void Write(ResultRow row);

    /// <summary>What comes after the last.</summary>
    void End();
}
