using System.Globalization;
using Orchestrator.Cli.Simulation;

namespace Orchestrator.Tests.Cli;

/// <summary>Files with the Handbook's columns, of a small simulated world.</summary>
static class HandbookFile
{
    /// <summary>Writes one.</summary>
    /// <returns>Its path.</returns>
    public static string Write(string folder, bool withLabels, int days)
    {
        var path = Path.Combine(folder, "handbook.csv");
        using var writer = new StreamWriter(path);
        writer.WriteLine("TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT" + (withLabels ? ",TX_FRAUD,TX_FRAUD_SCENARIO" : ""));
        var parameters = new HandbookParameters { Seed = 9, Customers = 200, Terminals = 300, Days = days, Side = 30, CustomersCompromisedPerDay = 2 };
        var number = 0;
        foreach (var row in new HandbookSimulator(parameters).Run().Where(r => r.AmountMinor > 0))
        {
            var at = HandbookParameters.DayZero.AddSeconds(row.Second).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            var label = withLabels ? $",{(row.IsFraud ? 1 : 0)},{row.Scenario}" : "";
            writer.WriteLine($"{number++},{at},{row.Customer},{row.Terminal},{row.AmountMinor / 100}.{row.AmountMinor % 100:00}{label}");
        }
        return path;
    }
}
