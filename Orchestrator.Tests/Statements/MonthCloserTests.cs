using Npgsql;
using Orchestrator.Ledger.Statements;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Statements;

public sealed class MonthCloserTests(TestInfrastructure infrastructure) : StatementDatabase(infrastructure)
{
    static readonly Month March = Month.Parse("2026-03");
    static readonly DateTimeOffset FirstOfApril = new(2026, 4, 1, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Month_when_closed_twice_does_stay_as_it_was_closed_first()
    {
        var first = Assert.IsType<MonthClosing.Done>(await Closer(FirstOfApril).CloseAsync(March, default));
        var again = Assert.IsType<MonthClosing.Done>(await Closer(FirstOfApril.AddDays(9)).CloseAsync(March, default));

        Assert.Equal(new ClosedMonth(March, FirstOfApril, FirstOfApril.AddMinutes(-5)), first.Fact);
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task Month_when_closed_by_many_at_once_is_closed_once()
    {
        using var together = new Barrier(8);
        var closings = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                return Closer(FirstOfApril.AddSeconds(i)).CloseAsync(March, default);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        Assert.Single(closings.Distinct());
        Assert.Single((await Closer(FirstOfApril).ClosedAsync(default)).All);
    }

    [Fact]
    public async Task Month_when_it_is_not_over_is_not_closed()
    {
        foreach (var (month, now, from) in new[]
        {
            ("2026-03", "2026-03-31 23:59:59", "2026-04-01 00:05"),
            ("2026-03", "2026-04-01 00:04:59", "2026-04-01 00:05"),
            ("2026-12", "2026-04-01 02:00", "2027-01-01 00:05"),
        })
        {
            var refused = Assert.IsType<MonthClosing.TooEarly>(await Closer(At(now)).CloseAsync(Month.Parse(month), default));
            Assert.Equal(At(from), refused.From);
        }
        Assert.Empty((await Closer(FirstOfApril).ClosedAsync(default)).All);
    }

    [Fact]
    public async Task Months_when_some_were_passed_over_are_closed_with_the_next()
    {
        await Closer(FirstOfApril).CloseAsync(March, default);
        var june = At("2026-07-01 02:00");
        await Closer(june).CloseAsync(Month.Parse("2026-06"), default);

        var closings = await Closer(june).ClosedAsync(default);
        Assert.Equal(["2026-03", "2026-04", "2026-05", "2026-06"], closings.All.Select(c => $"{c.Month}"));
        Assert.Equal([FirstOfApril, june, june, june], closings.All.Select(c => c.ClosedAt));
        // What came before the first one was closed with it.
        Assert.Equal(new MonthClosing.Done(closings.All[0]), await Closer(june).CloseAsync(Month.Parse("2025-11"), default));
    }

    [Fact]
    public async Task Month_when_clocks_differ_is_not_closed_before_the_one_before_it()
    {
        await Closer(At("2026-05-20 00:00")).CloseAsync(March, default);
        var april = Assert.IsType<MonthClosing.Done>(await Closer(At("2026-05-01 02:00")).CloseAsync(March.Next, default));

        Assert.Equal((At("2026-05-20 00:00"), At("2026-05-19 23:55")), (april.Fact.ClosedAt, april.Fact.RecordedUntil));
    }

    [Fact]
    public async Task Closing_when_somebody_would_change_or_bend_it_does_stand()
    {
        await Closer(FirstOfApril).CloseAsync(March, default);

        foreach (var sql in new[]
        {
            "update ledger.closed_month set closed_at = now()",
            "delete from ledger.closed_month",
            "truncate ledger.closed_month",
            "insert into ledger.closed_month values ('2026-02-01', now(), now())",
            "insert into ledger.closed_month values ('2026-04-01', '2026-05-02', '2026-04-30')",
            "insert into ledger.closed_month values ('2026-04-01', '2026-05-02', '2026-05-03')",
            "insert into ledger.closed_month values ('2026-04-02', '2026-06-02', '2026-06-01')",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));
        }
        Assert.Single((await Closer(FirstOfApril).ClosedAsync(default)).All);
    }

    static DateTimeOffset At(string text) => DateTimeOffset.Parse($"{text}Z", System.Globalization.CultureInfo.InvariantCulture);
}
