using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activity;
using Orchestrator.Api.Activity;
using Orchestrator.Api.Casework;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Ledger;
using Orchestrator.Casework;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Backtests.Jobs;
using Orchestrator.Decisioning.Records;
using Orchestrator.Ledger;
using Orchestrator.Messaging;
using Orchestrator.Sagas;

namespace Orchestrator.Tests.Clusters;

/// <summary>What the modules of each role register, as the host adds them; nothing is started.</summary>
static class RoleServices
{
    /// <summary>The project that a role's lanes are in.</summary>
    public static IReadOnlyDictionary<string, Assembly> Rooms { get; } = new Dictionary<string, Assembly>(StringComparer.Ordinal)
    {
        ["decisioning"] = typeof(DecisioningModule).Assembly,
        ["sagas"] = typeof(SagasModule).Assembly,
        ["ledger"] = typeof(LedgerModule).Assembly,
        ["casework"] = typeof(CaseworkModule).Assembly,
        ["activity"] = typeof(ActivityModule).Assembly,
        ["registry"] = typeof(HostRoles).Assembly,
        ["http"] = typeof(HostRoles).Assembly,
    };

    /// <summary>The services of a process with these roles.</summary>
    public static ServiceProvider Of(params IReadOnlyCollection<string> roles)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = "127.0.0.1:1", ["ORCHESTRATOR_POSTGRES"] = "Host=127.0.0.1;Port=1",
        }).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        foreach (var role in roles)
            Add(services, role, configuration);
        return services.AddLedgerApi().AddOrchestratorMessaging(configuration).BuildServiceProvider();
    }

    static void Add(IServiceCollection services, string role, IConfiguration configuration)
    {
        switch (role)
        {
            case "decisioning":
                services.AddDecisioning(configuration).AddScreening(configuration).AddDecisionRecords(configuration).AddBacktestWorker();
                break;
            case "sagas":
                services.AddSagas(configuration).AddAccountSagas(configuration);
                break;
            case "ledger":
                services.AddLedgerRole();
                break;
            case "casework":
                services.AddCasework(configuration, HostRoles.Casework);
                break;
            case "activity":
                services.AddActivityApi(configuration, HostRoles.Activity);
                break;
        }
    }
}
