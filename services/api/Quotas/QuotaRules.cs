using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Quotas;

namespace BatchPlatform.Api.Quotas;

/// <summary>Checks the quotas that operators set: within the same bounds as the deployment's own.</summary>
internal static class QuotaRules
{
    /// <summary>What is wrong with them; empty when nothing is.</summary>
    public static IReadOnlyList<ProblemError> Faults(this TenantQuotas quotas)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(quotas, new ValidationContext(quotas), found, validateAllProperties: true);
        return found.ConvertAll(fault => new ProblemError(null, Name(fault), ErrorCodes.InvalidField, "is out of its bounds"));
    }

    private static string Name(ValidationResult fault) => $"quotas.{JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.MemberNames.First())}";
}
