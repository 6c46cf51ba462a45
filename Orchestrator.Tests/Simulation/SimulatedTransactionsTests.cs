using Orchestrator.Cli.Publishing;
using Orchestrator.Cli.Simulate;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts;

namespace Orchestrator.Tests.Simulation;

public sealed class SimulatedTransactionsTests
{
    static readonly HandbookParameters Small = new() { Customers = 50, Terminals = 200, Days = null };

    [Fact]
    public void Simulator_when_it_has_no_last_day_does_go_on_and_give_the_same_as_one_that_has()
    {
        var endless = new HandbookSimulator(Small).Run().TakeWhile(t => t.Day < 30);
        var ended = new HandbookSimulator(Small with { Days = 60 }).Run().TakeWhile(t => t.Day < 30);

        Assert.Equal(ended, endless);
    }

    [Fact]
    public void Simulator_when_given_another_seed_does_give_another_world()
    {
        var one = new HandbookSimulator(Small with { Seed = 1 }).Run().Take(100).ToList();
        var two = new HandbookSimulator(Small with { Seed = 2 }).Run().Take(100).ToList();

        Assert.NotEqual(one, two);
        Assert.Equal(one, new HandbookSimulator(Small with { Seed = 1 }).Run().Take(100));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(100_001, 10)]
    public void Simulator_when_a_size_is_out_of_range_does_refuse_by_name(int customers, int terminals) =>
        Assert.Throws<System.ComponentModel.DataAnnotations.ValidationException>(
            () => new HandbookSimulator(new HandbookParameters { Customers = customers, Terminals = terminals, TerminalsCompromisedPerDay = 0, CustomersCompromisedPerDay = 0 }));

    [Fact]
    public void Messages_of_a_run_are_valid_and_say_nothing_of_fraud()
    {
        foreach (var (number, row) in SimulatedTransactions.Of(new HandbookSimulator(Small), count: 2_000))
        {
            var message = SimulatedTransactions.Message(SimulatedTransactions.IdOf(0, "run", number), row, HandbookParameters.DayZero.AddSeconds(row.Second), "EUR");
            Assert.True(ContractErrors.Of(message).None);
            Assert.Null(message.Metadata);
        }
    }

    [Fact]
    public void Ids_of_a_run_are_its_own_and_always_the_same()
    {
        var ids = Enumerable.Range(0, 1_000).Select(n => SimulatedTransactions.IdOf(0, "a", n)).ToHashSet();

        Assert.Equal(1_000, ids.Count);
        Assert.Contains(SimulatedTransactions.IdOf(0, "a", 17), ids);
        Assert.DoesNotContain(SimulatedTransactions.IdOf(0, "b", 17), ids);
        Assert.DoesNotContain(SimulatedTransactions.IdOf(1, "a", 17), ids);
    }

    [Fact]
    public void Ids_by_name_are_version_8_and_fixed_for_ever()
    {
        var id = NamedId.Of("handbook", "0");

        Assert.Equal(8, id.Version);
        Assert.Equal(Guid.Parse("20520dae-e9dd-8ee6-9deb-e21a6450cac5"), id);
    }

    [Fact]
    public void Accounts_when_opened_again_are_the_same_message()
    {
        var one = HandbookAccounts.OpenCustomer(HandbookAccounts.Customer(123), "EUR");
        var two = HandbookAccounts.OpenCustomer(HandbookAccounts.Customer("123"), "EUR");

        Assert.Equal("cust-000123", one.AccountId);
        Assert.Equal(one, two);
        Assert.Equal(AccountOpening.IdOf(one), AccountOpening.IdOf(two));
        Assert.True(ContractErrors.Of(one).None);
        Assert.True(ContractErrors.Of(HandbookAccounts.OpenTerminal(HandbookAccounts.Terminal(7), "EUR")).None);
    }

    [Fact]
    public void Origin_by_default_is_a_Sunday_midnight_whose_183_days_are_over()
    {
        var now = new DateTimeOffset(2026, 11, 24, 15, 30, 0, TimeSpan.Zero);
        var origin = SimulatedTransactions.DefaultOrigin(now);

        Assert.Equal(DayOfWeek.Sunday, origin.DayOfWeek);
        Assert.Equal(TimeSpan.Zero, origin.TimeOfDay);
        Assert.InRange((now - origin).TotalDays, 183, 191);
    }
}
