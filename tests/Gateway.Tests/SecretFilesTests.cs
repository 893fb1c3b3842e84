using BatchPlatform.Defaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace BatchPlatform.Gateway.Tests;

public sealed class SecretFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("secrets");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_the_setting_of_its_name_without_the_line_s_end_and_wins_over_what_else_says_it()
    {
        Write("Secrets__crm__Value", "from the file\n");

        var configuration = Read(new() { ["Secrets:crm:Value"] = "from the environment", ["Secrets:crm:Hosts:0"] = "crm.example.com" });

        Assert.Equal("from the file", configuration["Secrets:crm:Value"]);
        Assert.Equal("crm.example.com", configuration["Secrets:crm:Hosts:0"]);
    }

    [Fact]
    public void Hidden_files_are_no_settings()
    {
        Write(".gitignore", "*");

        Assert.DoesNotContain(Read([]).AsEnumerable(), setting => setting.Value == "*");
    }

    [Fact]
    public void Without_the_folder_there_is_nothing_to_read()
    {
        _folder.Delete();
        try
        {
            Assert.Null(Read([])["Secrets:crm:Value"]);
        }
        finally
        {
            _folder.Create();
        }
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private ConfigurationManager Read(Dictionary<string, string?> environment)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(environment);
        builder.Configuration[SecretFiles.Setting] = _folder.FullName;
        builder.AddSecretFiles();
        return builder.Configuration;
    }
}
