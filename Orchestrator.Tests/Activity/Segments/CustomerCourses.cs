using CsCheck;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>What happens to a customer, at random: facts that come late, twice and out of order, time that passes, definitions that change.</summary>
static class CustomerCourses
{
    const string Customer = "c";

    static readonly string[] Counted = ["transactions_1d", "transactions_7d", "transactions_90d", "sessions_7d", "sessions_30d", "pages_1d", "pages_7d", "pages_90d", "accounts"];
    static readonly string[] Spent = ["spent_minor_1d", "spent_minor_7d", "spent_minor_30d", "spent_minor_90d"];
    static readonly string[] Since = ["customer_age_days", "days_since_last_transaction", "days_since_last_seen"];
    static readonly string[] Texts = ["country", "tier", "attribute:channel"];
    static readonly string[] Numeric = ["eq", "ne", "lt", "le", "gt", "ge"];

    static Gen<string> One(string[] names) => Gen.Int[0, names.Length - 1].Select(i => names[i]);

    static readonly Gen<SegmentCondition> Leaf = Gen.OneOf(
        from field in One(Counted) from op in One(Numeric) from value in Gen.Int[0, 5] select Facts.Is(field, op, value),
        from field in One(Spent) from op in One(Numeric) from value in Gen.Int[0, 12] from euro in Gen.Bool
        select Facts.Is(field, op, value * 100, euro ? "EUR" : "USD"),
        from field in One(Since) from op in One(Numeric) from value in Gen.Int[0, 40] select Facts.Is(field, op, value),
        from field in One(Texts) from equal in Gen.Bool from value in Gen.Int[0, 2] select Facts.Is(field, equal ? "eq" : "ne", $"T{value}"),
        from field in One([.. Texts, .. Since]) from there in Gen.Bool select Facts.Is(field, "exists", there),
        from there in Gen.Bool select Facts.Is("marketing_consent", "eq", there));

    public static Gen<SegmentCondition> Condition(int depth = 3) => depth == 0 ? Leaf : Gen.Frequency(
        (3, Leaf),
        (1, from conditions in Condition(depth - 1).Array[1, 3] select Facts.All(conditions)),
        (1, from conditions in Condition(depth - 1).Array[1, 3] select Facts.Any(conditions)),
        (1, from condition in Condition(depth - 1) select Facts.Not(condition)));

    /// <summary>One step.</summary>
    /// <param name="Kind">What happens.</param>
    /// <param name="Id">Of a fact: one that was there before comes again.</param>
    /// <param name="Hours">How late a fact is, or how much time passes.</param>
    /// <param name="A">Whatever else the step needs.</param>
    /// <param name="B">Likewise.</param>
    /// <param name="Condition">A new definition.</param>
    public sealed record Step(int Kind, int Id, int Hours, int A, int B, SegmentCondition Condition)
    {
        /// <summary>The fact, when it is one.</summary>
        public CustomerFact Fact(DateTimeOffset now)
        {
            // Some are of the future, as somebody else's clock has it.
            var at = now.AddHours(2 - Hours).AddMinutes(A * 7);
            return Kind switch
            {
                < 3 => Facts.Sent(Id, Customer, at, 100 + (100 * B), A == 0 ? "USD" : "EUR"),
                < 5 => Seen(at < now ? at : now),
                < 6 => Facts.Opened(Id, Customer, at, $"account-{A}"),
                _ => Facts.Updated(Id, Customer, at, Facts.Profile(
                    Id, Customer, version: 1 + Id, at, A < 2 ? at.AddDays(-B * 9) : null, A == 0 ? null : $"T{A % 3}", B == 0 ? null : $"T{B % 3}", B == 1 ? null : B == 2,
                    attributes: A == 3 ? [("channel", "T1")] : [])),
            };
        }

        CustomerFact Seen(DateTimeOffset at)
        {
            var day = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
            var started = at < day.AddHours(B) ? day : day.AddHours(B);
            return Facts.Observed(Id, Customer, at, $"visitor-{A % 2}", started, first: A == 1, pages: B + A);
        }
    }

    static readonly Gen<Step> AnyStep =
        from kind in Gen.Int[0, 12]
        from id in Gen.Int[1, 40]
        from hours in Gen.Frequency((3, Gen.Int[0, 12]), (2, Gen.Int[0, 24 * 8]), (1, Gen.Int[0, 24 * 100]))
        from a in Gen.Int[0, 3]
        from b in Gen.Int[0, 4]
        from condition in Condition()
        select new Step(kind, id, hours, a, b, condition);

    /// <summary>Definitions of some segments, and what happens.</summary>
    public static Gen<(SegmentCondition[] Definitions, Step[] Steps)> Any => Gen.Select(Condition().Array[1, 4], AnyStep.Array[1, 40]);
}
