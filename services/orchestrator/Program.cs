using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Orchestrator;
using BatchPlatform.Store;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
if (args is ["redrive", ..])
{
    return await Redrive.RunAsync(builder.Configuration, args.ElementAtOrDefault(1), Console.Out);
}

builder.AddLogDefaults();
builder.AddTelemetry("orchestrator");
builder.Services.AddStore(builder.Configuration);
builder.Services.AddSchemaGate();
builder.AddOrchestrator();
builder.Services.AddBus(builder.Configuration, OrchestratorSetup.Bus(builder.Configuration));

var app = builder.Build();
if (args.Contains("migrate"))
{
    await StoreMigration.MigrateAsync(app.Services.GetRequiredService<BatchStore>());
    return 0;
}

app.MapHealth();
await app.RunAsync();
return 0;
