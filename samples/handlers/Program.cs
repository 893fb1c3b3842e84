using BatchPlatform.Defaults;
using BatchPlatform.Samples.Handlers;
using BatchPlatform.Worker;
using BatchPlatform.Worker.Handlers;

var builder = WebApplication.CreateBuilder(args);
builder.AddSecretFiles();
builder.AddLogDefaults();
builder.AddWorker();
builder.Services.AddOptions<PickupOptions>().BindConfiguration(PickupOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddJobHandler<SendMail>("mail", "send");
builder.Services.AddBus(builder.Configuration, WorkerSetup.Bus(builder.Configuration));

var app = builder.Build();
app.MapHealth();
await app.RunAsync();
