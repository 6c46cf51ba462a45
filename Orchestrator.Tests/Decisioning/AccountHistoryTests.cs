using CsCheck;
using Orchestrator.Decisioning.History;
using Xunit;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning;

public sealed class AccountHistoryTests
{
    [Fact]
    public void RunningStatistics_when_amounts_are_any_does_equal_brute_force() =>
        Gen.Long[1, 1_000_000_000_000].Array[2, 200].Sample(amounts =>
        {
            var running = amounts.Aggregate(default(RunningStatistics), (statistics, amount) => statistics.With(amount));
            var mean = amounts.Average(a => (decimal)a);
            var deviation = Math.Sqrt((double)amounts.Sum(a => (a - mean) * (a - mean)) / (amounts.Length - 1));

            Assert.Equal(amounts.Length, running.Count);
            Assert.Equal(1, running.Mean / (double)mean, precision: 9);
            Assert.Equal(deviation, running.StandardDeviation, tolerance: (deviation * 1e-9) + 1e-3);
        });

    // Out of order by up to the lateness allowed, and no more than the capacity within what is kept: then every count is exact.
    [Fact]
    public void RecentTimes_when_events_come_late_within_bounds_does_equal_brute_force() =>
        (from steps in Gen.Int[0, 20 * 60].Array[1, 100]
         from lateness in Gen.Int[0, (int)RecentTimes.Lateness.TotalSeconds].Array[steps.Length]
         select (steps, lateness)).Sample(sample =>
        {
            var times = new RecentTimes();
            var all = new List<DateTimeOffset>();
            var newest = Noon;
            foreach (var (step, late) in sample.steps.Zip(sample.lateness))
            {
                var front = newest.AddSeconds(step);
                var at = front.AddSeconds(-late);
                if (at > newest)
                    newest = at;

                Assert.Equal(all.Count(t => t > at - RecentTimes.Window && t <= at), times.CountInWindow(at, newest));
                times.Add(at, newest);
                all.Add(at);
                Assert.InRange(times.UnixMs.Count, 0, RecentTimes.Capacity);
            }
        });

    [Fact]
    public void RecentTimes_when_an_event_is_too_late_does_say_that_it_cannot_count()
    {
        var times = new RecentTimes();
        times.Add(Noon, Noon);

        Assert.Null(times.CountInWindow(Noon - RecentTimes.Lateness - TimeSpan.FromSeconds(1), Noon));
        Assert.Equal(0, times.CountInWindow(Noon - RecentTimes.Lateness, Noon));
    }

    [Fact]
    public void RecentTimes_when_one_event_is_from_the_future_does_still_count_the_present()
    {
        var times = new RecentTimes();
        times.Add(Noon, Noon);
        times.Add(Noon.AddYears(5), Noon);
        times.Add(Noon.AddMinutes(1), Noon);

        Assert.Equal(2, times.CountInWindow(Noon.AddMinutes(2), Noon));
    }

    [Fact]
    public void RecentTimes_when_flooded_does_keep_the_newest()
    {
        var times = new RecentTimes();
        for (var i = 0; i < 1_000; i++)
            times.Add(Noon.AddSeconds(i), Noon.AddSeconds(i));

        Assert.Equal(RecentTimes.Capacity, times.UnixMs.Count);
        Assert.Equal(RecentTimes.Capacity, times.CountInWindow(Noon.AddSeconds(1_000), Noon.AddSeconds(1_000)));
    }

    [Fact]
    public void AccountHistory_when_currencies_are_many_does_forget_the_rarest()
    {
        var history = new AccountHistory();
        string[] currencies = ["AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "INR", "JPY", "KRW", "MXN"];
        foreach (var currency in currencies.Concat(currencies.Where(c => c != "EUR")))
            history.Add(Of(100, currency: currency), learnAmount: true, Noon);
        history.Add(Of(100, currency: "USD"), learnAmount: true, Noon);

        Assert.Equal(AccountHistory.MaxCurrencies, history.AmountsByCurrency.Count);
        Assert.DoesNotContain("EUR", history.AmountsByCurrency.Keys);
        Assert.Contains("USD", history.AmountsByCurrency.Keys);
    }

    [Fact]
    public void HistoryCodec_when_written_and_read_does_give_the_same_history() =>
        (from amounts in Gen.Long[1, 1_000_000_000_000_000].Array[0, 150]
         from seconds in Gen.Int[-7200, 7200].Array[amounts.Length]
         from currencies in Gen.Int[0, 2].Select(i => i == 0 ? "EUR" : i == 1 ? "JPY" : "KWD").Array[amounts.Length]
         select (amounts, seconds, currencies)).Sample(sample =>
        {
            var history = new AccountHistory();
            for (var i = 0; i < sample.amounts.Length; i++)
                history.Add(Of(sample.amounts[i], Noon.AddSeconds(sample.seconds[i]), sample.currencies[i]), learnAmount: i % 7 != 0, Noon);

            var read = HistoryCodec.Read(HistoryCodec.Write(history));

            Assert.Equal(history.AmountsByCurrency, read.AmountsByCurrency);
            Assert.Equal(history.Times.UnixMs, read.Times.UnixMs);
        });

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 9 })]
    [InlineData(new byte[] { 1, 1, 3 })]
    [InlineData(new byte[] { 1, 0, 200, 200, 3 })]
    public void HistoryCodec_when_bytes_are_foreign_does_refuse_them(byte[] state) =>
        Assert.Throws<InvalidDataException>(() => HistoryCodec.Read(state));

    [Fact]
    public void HistoryCache_when_full_does_drop_the_one_seen_longest_ago()
    {
        var cache = new HistoryCache(capacity: 2);
        cache.Put("a", new AccountHistory());
        cache.Put("b", new AccountHistory());
        Assert.True(cache.TryTake("a", out var a));
        cache.Put("a", a);
        cache.Put("c", new AccountHistory());

        Assert.Equal(2, cache.Count);
        Assert.False(cache.TryTake("b", out _));
        Assert.True(cache.TryTake("a", out _));
    }
}
