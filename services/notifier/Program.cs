using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Notifier;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddTelemetry("notifier");
builder.Services.AddStore(builder.Configuration);
builder.Services.AddSchemaGate();
builder.AddNotifier();
builder.Services.AddBus(builder.Configuration, NotifierSetup.Bus(builder.Configuration));

var app = builder.Build();
app.MapHealth();
await app.RunAsync();
