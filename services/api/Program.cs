using BatchPlatform.Api;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Store;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddTelemetry("api");
builder.Services.AddStore(builder.Configuration);
builder.Services.AddSchemaGate();
builder.AddApi();
builder.Services.AddBus(builder.Configuration, ApiSetup.Bus(builder.Configuration));

var app = builder.Build();
app.MapApi();
app.MapHealth();
await app.RunAsync();
