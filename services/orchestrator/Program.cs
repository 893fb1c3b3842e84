using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Orchestrator;
using BatchPlatform.Store;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
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
    return;
}

app.MapHealth();
await app.RunAsync();
