using Orchestrator.Tests.Replay;
using Orchestrator.Tests.Streams;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// The runner; or, in a process that a test has started to kill it, the service under test.
if (Environment.GetEnvironmentVariable(StreamService.Variable) is { Length: > 0 } nonce)
    return await StreamService.RunAsync(nonce);
if (Environment.GetEnvironmentVariable(ReplayService.Variable) is { Length: > 0 })
    return await ReplayService.RunAsync();
return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, Orchestrator.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
