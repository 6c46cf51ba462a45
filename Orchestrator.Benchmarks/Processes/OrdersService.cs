namespace Orchestrator.Benchmarks.Processes;

/// <summary>The service under test.</summary>
static class OrdersService
{
    public const string Role = "orders-service";

    public static Task<IChild> StartAsync() => throw new NotImplementedException();
}
