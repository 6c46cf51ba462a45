using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Scenarios;

// Broker, PostgreSQL and service run in processes of their own, which are this program again.
if (args is [ChildProcess.Verb, var role, ..])
    return await ChildHost.RunAsync(role);

if (!BenchArguments.TryParse(args, out var arguments, out var problem))
{
    await Console.Error.WriteLineAsync($"{problem}\n{BenchArguments.Usage}");
    return 2;
}
if (arguments.Help)
{
    await Console.Out.WriteLineAsync(BenchArguments.Usage);
    return 0;
}
if (arguments.List)
{
    foreach (var known in ScenarioCatalog.All)
        await Console.Out.WriteLineAsync($"{known.Name,-16} {known.Summary}");
    return 0;
}
if (ScenarioCatalog.Find(arguments.Scenario) is not { } scenario)
{
    await Console.Error.WriteLineAsync($"There is no scenario {arguments.Scenario}; ./bench --list names them");
    return 2;
}
return await BenchRunner.RunAsync(scenario, arguments);
