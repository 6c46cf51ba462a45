using System.Globalization;
using Orchestrator.Cli.Simulation;
using Orchestrator.Contracts.Accounts;

namespace Orchestrator.Cli.Publishing;

/// <summary>
/// The accounts of the Handbook's customers and terminals. Their ids and bodies follow from the numbers alone, so opening them again, by
/// another run or another command, changes nothing.
/// </summary>
public static class HandbookAccounts
{
    /// <summary>What a customer begins with: more than any simulated customer spends.</summary>
    public const long CustomerBalanceMinor = 10_000_000_000;

    /// <summary>The account of a customer: <c>cust-000123</c>.</summary>
    public static string Customer(string number) => $"cust-{Padded(number)}";

    /// <summary>The account of a terminal: <c>term-004567</c>.</summary>
    public static string Terminal(string number) => $"term-{Padded(number)}";

    /// <summary>See <see cref="Customer(string)"/>.</summary>
    public static string Customer(int number) => $"cust-{number:000000}";

    /// <summary>See <see cref="Terminal(string)"/>.</summary>
    public static string Terminal(int number) => $"term-{number:000000}";

    /// <summary>Opens a customer's account with enough money.</summary>
    public static OpenAccount OpenCustomer(string accountId, string currency) => Open(accountId, currency, CustomerBalanceMinor);

    /// <summary>Opens a terminal's account with none.</summary>
    public static OpenAccount OpenTerminal(string accountId, string currency) => Open(accountId, currency, 0);

    // The time is part of the body, and another body under the same id would be refused: so it is a fixed one.
    static OpenAccount Open(string accountId, string currency, long balanceMinor) =>
        new(accountId, accountId, currency, HandbookParameters.DayZero, balanceMinor);

    static string Padded(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n.ToString("000000", CultureInfo.InvariantCulture) : number;
}
