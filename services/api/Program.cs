using BatchPlatform.Api;
using BatchPlatform.Defaults;
using BatchPlatform.Store;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddStore(builder.Configuration);
builder.Services.AddBus(builder.Configuration, ApiSetup.Bus(builder.Configuration));
builder.Services.AddHealthChecks();
builder.AddApi();

var app = builder.Build();
app.MapApi();
app.MapHealth();
await app.RunAsync();
