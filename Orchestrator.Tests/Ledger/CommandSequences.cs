using CsCheck;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Tests.Ledger;

/// <summary>
/// Random command sequences over few accounts and few ids, so that holds are resolved twice, ids are used again with the same and with another body,
/// captures come before their holds, and funds run out.
/// </summary>
static class CommandSequences
{
    static readonly string[] Names = ["alice", "bob", "carol", "dave", "erin", "nobody"];

    /// <summary>The accounts that exist.</summary>
    public static readonly OpenAccount[] Opens =
    [
        Commands.Open("alice", 1_000),
        Commands.Open("bob", 300, overdraft: 200),
        Commands.Open("carol", limit: 150),
        Commands.Open("dave", 700, "USD"),
        Commands.Open("erin", 900, perDay: 250),
    ];

    /// <summary>One random command. Most are of one piece; a few name another account, hold or currency than they should.</summary>
    public static readonly Gen<IContract> One = Gen.Select(
        Gen.Int[0, 13], Gen.Int[0, 11], Gen.Int[0, 11], Gen.Int[1, 400], Gen.Int[0, 19]).Select(IContract (kind, id, hold, amount, odd) =>
    {
        var holdersAccount = Names[hold % 5];
        var account = odd == 0 ? Names[id % 6] : holdersAccount;
        var currency = string.Equals(account, "dave", StringComparison.Ordinal) ^ odd == 1 ? "USD" : "EUR";
        return kind switch
        {
            // A hold's id is its command's id: capture and release find it under the same number.
            < 4 => Commands.Hold(hold, account, amount, currency),
            < 6 => Commands.Capture(odd == 2 ? id : 20 + id, account, hold),
            6 => Commands.Capture(20 + id, account, hold, amount),
            < 8 => Commands.Release(odd == 3 ? hold : 40 + id, account, hold),
            < 10 => Commands.Credit(odd == 4 ? hold : 60 + id, account, amount, currency),
            // Thawed as often as frozen, and closed when it happens to be empty.
            10 => odd % 2 == 0 ? Commands.Freeze(80 + id, account) : Commands.Unfreeze(odd == 5 ? 80 + id : 100 + id, account),
            11 or 12 => Commands.Debit(odd == 6 ? 60 + id : 140 + id, account, amount, currency, (PostingPurpose)(1 + (odd % 3))),
            _ => odd < 10 ? Commands.Close(120 + id, account) : Commands.Unfreeze(100 + id, account),
        };
    });

    /// <summary>Commands in any order, many of them more than once.</summary>
    public static readonly Gen<IContract[]> Many =
        Gen.Select(One.Array[4, 40], Gen.Int[0, 1_000].Array[1, 120], (pool, picks) => picks.Select(p => pool[p % pool.Length]).ToArray());
}
