using System.CommandLine;
using BatchPlatform.Standalone;

// Longer than the platform takes to stop in order.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60), EnableDefaultExceptionHandler = false };
return await CommandLine.InvokeAsync(args, configuration);
