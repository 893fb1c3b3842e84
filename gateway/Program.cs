using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using BatchPlatform.Gateway;

// The routes are in the appsettings.json beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddTelemetry("gateway");
builder.AddGateway();

var app = builder.Build();
app.MapGateway();
await app.RunAsync();
