using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests;

/// <summary>A test of what kustomize makes of the manifests: skipped, and said so, where there is no kubectl.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KubectlFactAttribute : FactAttribute
{
    public KubectlFactAttribute()
    {
        if (!ShellCommand.Exists("kubectl"))
        {
            Skip = "There is no kubectl here, which has kustomize in it.";
        }
    }
}
