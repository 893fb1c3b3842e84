using BatchPlatform.Defaults;
using BatchPlatform.Gateway;

var builder = WebApplication.CreateBuilder(args);
builder.AddLogDefaults();
builder.AddGateway();

var app = builder.Build();
app.MapGateway();
await app.RunAsync();
