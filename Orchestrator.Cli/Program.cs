using Orchestrator.Cli;
using Orchestrator.Cli.Output;

var invocation = new System.CommandLine.InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    // What is published already is waited for; a second Ctrl-C does not wait.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
};
try
{
    return await OrchestratorCommand.Create(TimeProvider.System).Parse(args).InvokeAsync(invocation);
}
catch (CommandException failure)
{
    return failure.Report();
}
catch (OperationCanceledException)
{
    return CommandException.InterruptedExitCode;
}
