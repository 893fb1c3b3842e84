namespace BatchPlatform.Api.Dialects;

/// <summary>A foreign batch API that is spoken here, with its paths as its vendor has them.</summary>
public interface IDialect
{
    /// <summary>What a batch that was made in it has as its <c>dialect</c>.</summary>
    string Name { get; }

    /// <summary>Everything below these paths is the dialect's, also what it does not offer.</summary>
    IReadOnlyList<PathString> Roots { get; }

    /// <summary>A problem as this dialect's clients expect to hear of it: the vendor's envelope and status.</summary>
    IResult Refuse(Problem problem);

    /// <summary>Maps its routes.</summary>
    void Map(IEndpointRouteBuilder routes);
}
