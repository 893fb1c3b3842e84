using BatchPlatform.Dashboard;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddTelemetry("dashboard");
builder.AddDashboard();
builder.Services.AddDraining();

var app = builder.Build();
app.UseDraining();
app.MapDashboard();
app.MapHealth();
await app.RunAsync();
