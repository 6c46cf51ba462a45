using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Sagas;
using static Orchestrator.Tests.AccountSagas.AccountMessages;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>The machine as a table and a picture, made by asking the real one what it does with every message in every state.</summary>
public sealed class AccountTableTests(AccountPipeline pipeline)
{
    const string Deadline = "the deadline";

    static readonly Func<AccountLane, object>[] Freezes = [_ => Alert(1), _ => Alert(2), _ => Alert(3)];

    static readonly Func<AccountLane, object>[] Checked = [_ => Requested(), _ => Screened(), _ => Identified()];

    static readonly (string Name, Func<AccountLane, object>[] Path)[] Situations =
    [
        ("Initial", []),
        ("Checking", [_ => Requested()]),
        ("Checking, screened", [_ => Requested(), _ => Screened()]),
        ("InReview", [_ => Requested(), _ => Identified(), _ => Screened(Hit)]),
        ("Opening", Checked),
        ("Open", [.. Checked, _ => Opened()]),
        ("Open, two alerts", [_ => Alert(1), _ => Alert(2)]),
        ("Freezing, after alerts", Freezes),
        ("Freezing, while idle", [_ => Idle()]),
        ("Frozen", [.. Freezes, l => Frozen(l)]),
        ("Dormant", [_ => Idle(), l => Frozen(l)]),
        ("FrozenByHand", [_ => FrozenByHand()]),
        ("Unfreezing", [.. Freezes, l => Frozen(l), _ => Reviewed(AccountDecision.Unfreeze)]),
        ("Closing, frozen", [.. Freezes, l => Frozen(l), _ => Reviewed(AccountDecision.Close)]),
        ("Closing, dormant", [_ => Idle(), l => Frozen(l), _ => Reviewed(AccountDecision.Close)]),
        ("Closing, frozen by hand", [_ => FrozenByHand(), _ => Reviewed(AccountDecision.Close)]),
        ("Closed", [.. Freezes, l => Frozen(l), _ => Reviewed(AccountDecision.Close), l => Closed(l)]),
        ("Rejected", [_ => Requested(), _ => Identified(), _ => Screened(Hit), _ => Reviewed(AccountDecision.Reject)]),
    ];

    static readonly (string Name, Func<AccountLane, object> Message)[] Messages =
    [
        ("AccountRequested", _ => Requested()),
        ("CustomerScreened: nothing", _ => Screened()),
        ("CustomerScreened: a hit", _ => Screened(Hit)),
        ("IdentityChecked: nothing", _ => Identified()),
        ("IdentityChecked: another customer", _ => Identified("customer-9")),
        ("AccountReviewed: approve", _ => Reviewed(AccountDecision.Approve)),
        ("AccountReviewed: reject", _ => Reviewed(AccountDecision.Reject)),
        ("AccountReviewed: unfreeze", _ => Reviewed(AccountDecision.Unfreeze)),
        ("AccountReviewed: close", _ => Reviewed(AccountDecision.Close)),
        ("AccountReviewed: keep_frozen", _ => Reviewed(AccountDecision.KeepFrozen)),
        ("AlertRaised: one that counts", _ => Alert(7, at: Noon.AddMinutes(7))),
        ("AlertRaised: one that does not", _ => Alert(7, "compensated")),
        ("AccountIdle", _ => Idle()),
        ("AccountOpened", _ => Opened()),
        ("AccountOpeningRefused", _ => OpeningRefused()),
        ("AccountFrozen: as asked", l => Frozen(l, seconds: 5)),
        ("AccountFrozen: by others", _ => FrozenByHand(Noon.AddDays(30))),
        ("AccountUnfrozen", _ => UnfrozenByHand()),
        ("AccountClosed", l => Closed(l)),
        ("AccountCommandRefused: account_frozen", l => Refused(l, LedgerRefusals.AccountFrozen)),
        ("AccountCommandRefused: account_closed", l => Refused(l, LedgerRefusals.AccountClosed)),
        ("AccountCommandRefused: anything else", l => Refused(l, LedgerRefusals.AccountNotEmpty)),
        (Deadline, _ => Deadline),
    ];

    [Fact]
    public async Task Account_saga_when_asked_about_every_message_in_every_state_does_what_was_approved()
    {
        var rows = new MachineRows();
        foreach (var (situation, path) in Situations)
        {
            foreach (var (name, message) in Messages)
            {
                var lane = await pipeline.OpenLaneAsync();
                foreach (var step in path)
                    await GiveAsync(lane, step(lane));
                Assert.Equal(situation.Split(',')[0], lane.State);
                var (from, entries) = (lane.State, lane.Find()?.Timeline.Count ?? 0);
                var published = await GiveAsync(lane, message(lane));
                var noted = string.Join(", ", lane.Find()?.Timeline.Skip(entries).Select(e => e.What) ?? []);
                if (lane.State == from && published.Count == 0 && noted.Length == 0)
                    continue;
                rows.Add(situation, name, from, lane.State, published, noted);
            }
        }
        ApprovedText.Check("docs/design/account-saga.md", Page(rows.Rows, rows.Edges));
    }

    [Fact]
    public void States_when_listed_are_those_of_the_machine() => Assert.Equal(
        new AccountStateMachine(new AccountSagaOptions()).States.Select(s => s.Name).Except(["Initial", "Final"]).Order(StringComparer.Ordinal),
        AccountStates.Stored.Order(StringComparer.Ordinal));

    static async Task<IReadOnlyList<object>> GiveAsync(AccountLane lane, object message)
    {
        if (message is not Deadline)
            return await lane.TakeAsync(message);
        return lane.Find()?.DeadlineAt is { } deadline ? await lane.WaitAsync(deadline - lane.Now) : [];
    }

    static string Page(string rows, string edges) =>
        $"""
        # The account saga

        Made by a test that asks the real machine (Orchestrator.Sagas/AccountSagas/AccountStateMachine.cs) what it does with every message in every
        state; when the machine changes, so must this page. How it reads:

        - Its lanes are a group of their own, `account-sagas`, on the topics `accounts` and `alerts`: transactions do not wait for them. All that it says and hears about one account
          shares a key. An account that was opened by `OpenAccount`, and of which nothing else was heard, has no saga.
        - **Applications.** The applicant is looked for on the lists `sanctions` and `denied_customers` by the group `screening` of decisioning, and among known identities by the group
          `identities`. When both find nothing the account is opened; otherwise a person decides (alert `account_opening`), and after `OpeningReviewTimeout` it is rejected. A check that does
          not answer is asked again, and then it is for a person, too. `Rejected` is the end of the account's id.
        - **What is kept of an applicant.** The name while it is being checked, and no longer. The number of a document is never stored here: an identity is a keyed hash
          (`FingerprintKey`, a secret) of the document, and one of the name and the day of birth. The first customer who comes with it has it, and the key of `sagas.identity` decides who is first.
          What was found is kept, for people. The request, and the question to the lists with the name, stand where messages stand: in the topic as long as it keeps them, in `api.submission` for `Api:SubmissionDays`,
          and in a parked message until it is taken. No log has a name or a document.
        - **Alerts.** So many alerts of the kinds of `CountedAlerts` (`FreezeAfterAlerts`, 3) within `AlertWindow` (24 hours, by when they were raised) freeze the account. What the saga raises itself
          never counts. When people unfreeze it, alerts of before do not count any more.
        - **Dormant.** The ledger says of which open accounts the last event is `DormantAfter` (365 days) back. Such an account is frozen. It is reactivated by a decision, or by whoever unfreezes it.
        - **The ledger answers**, on topic `accounts`, where a command asks for it, and tells of every freeze, unfreezing and closing that took effect, whoever asked. A command has an id of its own and is the
          same to the byte however often it is sent. The ledger's first answer stands, so "it is frozen already" means that somebody else has done it.
        - **What a person has frozen by hand** stays frozen until a person ends it by hand; alerts, cases and dormancy do not unfreeze it. A case may close it.
        - Closing needs an account at zero. Where the ledger refuses, people are told why, and the account stays as it was. It is not unfrozen on the way.
        - Every state that waits has a deadline with a default: ask again (and tell people, `account_stuck`), reject an application, or remind people that an account is still frozen.

        ```mermaid
        stateDiagram-v2
        {edges.TrimEnd('\n').Replace("\n", "\n        ", StringComparison.Ordinal)}
            Closed --> [*]
            Rejected --> [*]
        ```

        What is not in the table is ignored: asked about every one of these messages in every one of these states, the machine changes nothing and says nothing.

        | in | when | then | publishes | notes in the timeline |
        |---|---|---|---|---|
        {rows.TrimEnd('\n').Replace("\n", "\n        ", StringComparison.Ordinal)}

        """.Replace("\n        ", "\n", StringComparison.Ordinal);
}
