using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Worker;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddTelemetry("worker");
builder.AddWorker();
builder.Services.AddBus(builder.Configuration, WorkerSetup.Bus(builder.Configuration));

var app = builder.Build();
app.MapHealth();
await app.RunAsync();
