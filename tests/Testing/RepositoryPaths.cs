using System.Xml.Linq;

namespace BatchPlatform.Testing;

/// <summary>Finds the repository, and what was built beside the running tests, without being told.</summary>
public static class RepositoryPaths
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The DLL of a project, by its folder, in the configuration and framework that the tests were built in; or as <c>deploy/publish</c> put
    /// it into the folder that the environment names as BP_PROGRAMS.
    /// </summary>
    public static string BuiltDll(string projectFolder)
    {
        var folder = Path.Combine(Root, projectFolder);
        var project = Directory.GetFiles(folder, "*.csproj").Single();
        // The tests run in …/bin/{configuration}/{framework}/.
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        var name = XDocument.Load(project).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);
        var dll = Environment.GetEnvironmentVariable("BP_PROGRAMS") is { } programs
            ? Path.Combine(programs, Path.GetFileName(projectFolder), $"{name}.dll")
            : Path.Combine(folder, "bin", tests.Parent!.Name, tests.Name, $"{name}.dll");
        return File.Exists(dll) ? dll : throw new FileNotFoundException($"{dll} is not built: dotnet build BatchPlatform.sln", dll);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BatchPlatform.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No BatchPlatform.sln above {AppContext.BaseDirectory}.");
    }
}
