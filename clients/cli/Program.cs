using BatchPlatform.CommandLine;

return await CommandTree.InvokeAsync(args);
