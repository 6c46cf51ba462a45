using Orchestrator.Api.Accounts;
using Orchestrator.Api.Activity;
using Orchestrator.Api.Casework;
using Orchestrator.Api.Decisions;
using Orchestrator.Api.Figures;
using Orchestrator.Api.Health;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Ledger;
using Orchestrator.Api.Models;
using Orchestrator.Api.OpenApi;
using Orchestrator.Api.Parked;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Rules;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Api.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Backtests.Jobs;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging;
using Orchestrator.Sagas;

return await HostStart.RunAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    var roles = HostRolesParser.Parse(builder.Configuration["roles"]);
    await builder.AddSecurityAsync(roles);

    // Started before everything else and stopped after it.
    await using var embedded = await EmbeddedParts.StartAsync(builder);

    if (roles.HasFlag(HostRoles.Decisioning))
        builder.Services.AddDecisioning(builder.Configuration).AddScreening(builder.Configuration).AddDecisionRecords(builder.Configuration).AddBacktestWorker();
    if (roles.HasFlag(HostRoles.Sagas))
        builder.Services.AddSagas(builder.Configuration).AddAccountSagas(builder.Configuration);
    if (roles.HasFlag(HostRoles.Ledger))
        builder.Services.AddLedgerRole();
    builder.Services.AddLedgerApi();
    builder.Services.AddCasework(builder.Configuration, roles).AddActivityApi(builder.Configuration, roles);
    builder.Services.AddRules().AddModelsApi().AddRegistry(builder.Configuration);
    builder.Services.AddDecisionsApi().AddOperations(roles).AddAccountSagasReader();
    builder.Services.AddOrchestratorMessaging(builder.Configuration);

    builder.Services.AddHostParts(builder.Configuration);
    builder.Services.AddFigures();
    builder.Services.AddOrchestratorHealth();
    builder.Services.AddOrchestratorTelemetry();
    builder.Services.AddProblems();
    builder.Services.AddOrchestratorOpenApi();

    await using var app = builder.Build();
    await app.PrepareAsync();

    app.UseProblems().UseSecurity();
    app.MapOrchestratorHealth().MapOrchestratorTelemetry().MapProblems().MapRegistry(roles);
    if (roles.HasFlag(HostRoles.Http))
    {
        app.UseOrchestratorOpenApi();
        app.MapAccounts();
        app.MapLedger();
        app.MapTransactions();
        app.MapRules().MapModels();
        app.MapDecisions();
        app.MapCasework().MapActivity();
        app.MapParked().MapOperations().MapAudit().MapFigures();
    }
    await app.RunAsync();
});
