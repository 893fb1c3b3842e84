using BatchPlatform.Samples;

await SampleUpstream.Build(args).RunAsync();
