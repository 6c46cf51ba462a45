using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Orchestrator.Api.Accounts;
using Orchestrator.Api.Activity.Ingest;
using Orchestrator.Api.Activity.Segments;
using Orchestrator.Api.Backtests;
using Orchestrator.Api.Casework;
using Orchestrator.Api.Jobs;
using Orchestrator.Api.Labels;
using Orchestrator.Api.Models;
using Orchestrator.Api.Parked;
using Orchestrator.Api.Postings;
using Orchestrator.Api.Reconciliation;
using Orchestrator.Api.Replay;
using Orchestrator.Api.Rules;
using Orchestrator.Api.Sagas;
using Orchestrator.Api.Transactions;
using Orchestrator.Api.Versions;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Orchestrator.Api.OpenApi;

/// <summary>Gives request bodies examples that work as they stand: open alice and bob, then let alice pay bob.</summary>
sealed class ExampleFilter : ISchemaFilter
{
    static readonly Dictionary<Type, string> Examples = new()
    {
        [typeof(OpenAccountRequest)] =
            """{ "accountId": "alice", "customerId": "customer-1", "currency": "EUR", "initialBalanceMinor": 100000, "limits": { "overdraftMinor": 0, "perTransactionMinor": 50000 } }""",
        [typeof(AccountApplicationRequest)] =
            """{ "accountId": "carla", "customerId": "customer-3", "currency": "EUR", "applicant": { "name": "Carla Müller", "dateOfBirth": "1990-05-17", "documentNumber": "L01X00T47", "documentCountry": "DE" } }""",
        [typeof(SubmitTransactionRequest)] =
            """{ "transactionId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1b", "sourceAccountId": "alice", "destinationAccountId": "bob", "amountMinor": 1250, "currency": "EUR", "kind": "transfer", "channel": "web", "metadata": { "order": "4711" } }""",
        [typeof(ChangeAccountRequest)] = """{ "reason": "reported stolen", "commandId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1c" }""",
        [typeof(TransferRequest)] =
            """{ "transferId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1d", "sourceAccountId": "alice", "destinationAccountId": "bob", "amountMinor": 500, "currency": "EUR" }""",
        [typeof(BulkTransferRequest)] =
            """{ "transfers": [ { "transferId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a26", "sourceAccountId": "alice", "destinationAccountId": "bob", "amountMinor": 300, "currency": "EUR" } ] }""",
        [typeof(ReverseRequest)] = """{ "transferId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1e" }""",
        [typeof(HoldRequest)] = """{ "holdId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1f", "accountId": "alice", "amountMinor": 900, "currency": "EUR" }""",
        [typeof(CaptureRequest)] = """{ "amountMinor": 400, "commandId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a20" }""",
        [typeof(ReleaseRequest)] = """{ "reason": "not shipped", "commandId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a21" }""",
        [typeof(PostingRequest)] = """{ "amountMinor": 150, "currency": "EUR", "purpose": "fee", "commandId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a22" }""",
        [typeof(ResolveBreakRequest)] = """{ "reason": "the bank's fee, 0.50 EUR" }""",
        [typeof(CreateRuleSetRequest)] =
            """
            { "version": "2026-03-cash", "reason": "cash-outs at night", "content": { "thresholds": { "review": 500, "decline": 900 }, "rules": [ { "name": "night_cash",
              "when": "kind == 'cash_out' and hour(occurredAt) in [0, 1, 2, 3, 4] and amount > 3 * (account_mean_30d ?? 50)", "score": "ramp(amount, 100, 2000, 300, 700)",
              "sentence": "{amount:money} in cash at {occurredAt}, at night." } ] } }
            """,
        [typeof(ChangeVersionRequest)] = """{ "reason": "a week in shadow without a false alarm" }""",
        [typeof(TestRuleSetRequest)] =
            """{ "input": { "amount": 900, "currency": "EUR", "kind": "cash_out", "occurredAt": "2026-03-04T02:30:00Z", "account_mean_30d": 80 }, "unavailable": [ "account_count_1h" ] }""",
        [typeof(ModelFileBody)] = ModelFileBody.Example,
        [typeof(CreateListRequest)] = """{ "name": "mules", "kind": "deny", "description": "Accounts that pass stolen money on." }""",
        [typeof(AddListEntriesRequest)] = """{ "entries": [ { "value": "bob", "expiresAt": "2030-01-01T00:00:00Z" } ], "reason": "police report 4711" }""",
        [typeof(RemoveListEntriesRequest)] = """{ "values": [ "bob" ], "reason": "cleared" }""",
        [typeof(LabelRequest)] =
            """{ "labelId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a23", "transactionId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1b", "isFraud": true, "source": "chargeback", "effectiveAt": "2026-03-02T00:00:00Z", "reason": "10.4, card absent" }""",
        [typeof(BulkLabelRequest)] =
            """{ "labels": [ { "labelId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a24", "transactionId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1b", "isFraud": false, "source": "customer", "reason": "it was me" } ] }""",
        [typeof(ReviewTransactionRequest)] = """{ "decision": "release", "reason": "the customer has confirmed it by phone" }""",
        [typeof(RetrySagaRequest)] = """{ "reason": "the ledger was away" }""",
        [typeof(MoveSagaRequest)] = """{ "reason": "looked at by hand, nothing has moved", "toState": "declined" }""",
        [typeof(ScheduleRedriveRequest)] = """{ "at": "2030-01-01T03:00:00Z" }""",
        [typeof(ProposeEditRequest)] =
            """{ "payload": { "accountId": "alice", "customerId": "customer-1", "currency": "EUR", "requestedAt": "2026-03-04T12:00:00Z" }, "reason": "the currency was missing", "editId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a30" }""",
        [typeof(DecideEditRequest)] = """{ "reason": "compared with what the publisher has" }""",
        [typeof(StartRedriveRequest)] =
            """{ "which": { "group": "16cb7343c7ee98de" }, "ratePerSecond": 20, "reason": "the fault is mended", "redriveId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a31" }""",
        [typeof(ClaimCaseRequest)] = """{ "queue": "fraud_review" }""",
        [typeof(AssignCaseRequest)] = """{ "assignee": "carol", "reason": "knows the customer" }""",
        [typeof(SnoozeCaseRequest)] = """{ "until": "2030-01-01T09:00:00Z", "reason": "the customer calls back" }""",
        [typeof(NoteCaseRequest)] = """{ "text": "Called the customer, no answer." }""",
        [typeof(CloseCaseRequest)] = """{ "outcome": "genuine", "reason": "the customer has confirmed the payment" }""",
        [typeof(DecideCaseRequest)] = """{ "reason": "the pattern is clear" }""",
        [typeof(BulkCasesRequest)] =
            """{ "action": "close", "caseIds": [ "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a26", "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a27" ], "outcome": "genuine", "reason": "the merchant has confirmed them all" }""",
        [typeof(AddLinkRequest)] = """{ "kind": "transaction", "target": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a1b", "note": "the same device" }""",
        [typeof(CreateWebhookRequest)] = """{ "url": "https://example.com/hooks/cases", "kinds": [ "case.opened", "case.resolved" ], "description": "the customer service desk" }""",
        [typeof(DisableWebhookRequest)] = """{ "reason": "the receiver moves house" }""",
        [typeof(BacktestRequest)] =
            """{ "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "rules": "2026-03-cash", "model": "none", "unlabelledAsGenuine": true, "reviewCostMinor": { "EUR": 500 }, "backtestId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a25" }""",
        [typeof(StartReplayRequest)] =
            """{ "topic": "ledger-events", "reason": "the warehouse lost an hour", "from": "2026-02-01T09:00:00Z", "to": "2026-02-01T10:00:00Z", "ratePerSecond": 500, "dryRun": true, "allowGaps": true, "replayId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a30" }""",
        [typeof(CaptureTransactionRequest)] = """{ "amountMinor": 900, "reason": "one of two was in stock" }""",
        [typeof(ReverseTransactionRequest)] = """{ "reason": "the goods came back" }""",
        [typeof(ActivityBatch)] =
            """{ "events": [ { "eventId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a2f", "type": "page_view", "visitorId": "v-4711", "url": "https://shop.example/cart", "title": "Your cart" } ] }""",
        [typeof(DefineSegmentRequest)] =
            """
            { "description": "Gold customers who pay often.", "reason": "the spring campaign", "condition": { "all": [ { "field": "tier", "op": "eq", "value": "gold" },
              { "field": "transactions_30d", "op": "ge", "value": 10 }, { "not": { "field": "spent_minor_7d", "currency": "EUR", "op": "lt", "value": 5000 } } ] } }
            """,
        [typeof(PreviewSegmentRequest)] = """{ "condition": { "field": "days_since_last_seen", "op": "ge", "value": 14 } }""",
        [typeof(ActivityBatch)] =
            """{ "events": [ { "eventId": "018f4e2a-7b1c-7d3e-9a5b-2c4d6e8f0a2f", "type": "page_view", "visitorId": "v-4711", "url": "https://shop.example/cart", "title": "Your cart" } ] }""",
        [typeof(CancelTransactionRequest)] = """{ "reason": "ordered twice" }""",
    };

    /// <inheritdoc />
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is OpenApiSchema concrete && Examples.TryGetValue(context.Type, out var example))
            concrete.Examples = [JsonNode.Parse(example)!];
    }
}
