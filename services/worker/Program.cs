using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Worker;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddTelemetry("worker");
builder.Services.AddBus(builder.Configuration, WorkerSetup.Bus(builder.Configuration));
builder.AddWorker();

var app = builder.Build();
app.MapHealth();
await app.RunAsync();
