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
builder.Services.AddBus(builder.Configuration, ApiSetup.Bus(builder.Configuration));
builder.AddApi();
builder.Services.AddDraining();

var app = builder.Build();
app.UseDraining();
app.MapApi();
app.MapHealth();
await app.RunAsync();
