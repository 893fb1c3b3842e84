namespace BatchPlatform.Api.Schemas;

/// <summary>One check of one value. Schemas may branch and refer to themselves, so its work is bounded.</summary>
/// <param name="bytes">How long the value is: a longer one may take more work.</param>
internal sealed class SchemaRun(int bytes)
{
    private const int MaxDepth = 300;

    // Far more than real schemas need, and milliseconds at most for a value of ordinary size.
    private readonly int _maxSteps = 50_000 + (16 * bytes);

    private int _steps;
    private int _depth;

    /// <summary>Counts a schema that is entered.</summary>
    /// <exception cref="SchemaTooCostlyException">It was one too many.</exception>
    public void Enter()
    {
        Step();
        if (++_depth > MaxDepth)
        {
            throw new SchemaTooCostlyException();
        }
    }

    public void Leave() => _depth--;

    /// <summary>Counts work that a schema does within.</summary>
    public void Step()
    {
        if (++_steps > _maxSteps)
        {
            throw new SchemaTooCostlyException();
        }
    }
}

/// <summary>Checking a value took more than it may.</summary>
internal sealed class SchemaTooCostlyException() : Exception("The value takes too long to check against its schema.");
