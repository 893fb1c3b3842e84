using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Orchestrator;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
if (args is ["redrive", ..])
{
    return await Redrive.RunAsync(builder.Configuration, args.ElementAtOrDefault(1), Console.Out);
}

var migrates = args.Contains("migrate");
builder.AddLogDefaults();
builder.AddTelemetry("orchestrator");
builder.Services.AddStore(builder.Configuration);
builder.Services.AddSchemaGate();
builder.Services.AddBus(builder.Configuration, OrchestratorSetup.Bus(builder.Configuration));
builder.AddOrchestrator();
if (migrates)
{
    // EF looks whether the database is there by connecting, and logs an error where it is not. What stops the migration is thrown.
    builder.Logging.AddFilter(DbLoggerCategory.Database.Connection.Name, LogLevel.None);
}

var app = builder.Build();
if (migrates)
{
    await StoreMigration.MigrateAsync(app.Services.GetRequiredService<BatchStore>());
    await Console.Out.WriteLineAsync("The schema is up to date.");
    return 0;
}

app.MapHealth();
await app.RunAsync();
return 0;
