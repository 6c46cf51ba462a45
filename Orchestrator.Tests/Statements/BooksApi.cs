using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Reports;
using Orchestrator.Api.Security;
using Orchestrator.Api.Statements;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Reports;
using Orchestrator.Ledger.Statements;
using Orchestrator.Tests.Api;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Statements;

/// <summary>
/// The endpoints of statements, months and reports over HTTP, with a clock of their own and read models that are built on demand: what the ledger has decided
/// goes through no Kafka.
/// </summary>
public sealed class BooksApi(TestInfrastructure infrastructure) : IAsyncLifetime
{
    TestDatabase? _database;
    NpgsqlDataSource? _source;
    WebApplication? _app;
    Task? _prepared;

    /// <summary>A client.</summary>
    public HttpClient Http { get; } = new();

    /// <summary>The time: 10 April 2026, noon.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 4, 10, 12, 0, 0, TimeSpan.Zero));

    internal GivenSchemas Schemas { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateMigratedDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(_source).AddSingleton<TimeProvider>(Time).AddSingleton<IProjectionSchemas>(Schemas);
        builder.Services.AddSingleton<CursorSeal>();
        builder.Services.AddLedgerReader().AddApiJson().AddProblems();
        _app = builder.Build();
        _app.UseProblems();
        _app.MapStatements();
        _app.MapMonths();
        _app.MapReports();
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    /// <summary>Prepares what all tests of a class share, the first time it is asked to.</summary>
    public Task OnceAsync(Func<BooksApi, Task> prepare) => _prepared ??= prepare(this);

    /// <summary>Lets the ledger decide, and builds both read models of what it says.</summary>
    public async Task DecideAsync(params IContract[] commands)
    {
        List<LedgerEventRecorded> events = [.. LedgerLane.Events(await new LedgerLane(_source!).RunAsync(commands))];
        await BuildAsync(events);
    }

    /// <summary>Builds both read models.</summary>
    internal async Task BuildAsync(IReadOnlyList<LedgerEventRecorded> events)
    {
        foreach (var projection in new Projection[] { new StatementsProjection(), new ReportsProjection() })
        {
            await ProjectionRun.BuildAsync(_source!, projection, $"{projection.Name}_1", events);
            Schemas.Active[projection.Name] = $"{projection.Name}_1";
        }
    }

    /// <summary>The job that closes months.</summary>
    public MonthClosingJob Job() => ActivatorUtilities.CreateInstance<MonthClosingJob>(_app!.Services);

    /// <summary>Runs SQL in the database.</summary>
    public Task ExecuteAsync(string sql) => ProjectionRun.ExecuteAsync(_source!, sql);

    /// <summary>Asks for an address.</summary>
    public async Task<Answer> GetAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Answer.OfAsync(await Http.SendAsync(request));
    }

    /// <summary>Asks for a month to be closed.</summary>
    public async Task<Answer> CloseAsync(string month) => await Answer.OfAsync(await Http.PostAsync($"/v1/months/{month}/close", null));
}
