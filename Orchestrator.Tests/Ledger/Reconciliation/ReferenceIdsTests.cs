using CsCheck;
using Orchestrator.Ledger.Reconciliation;

namespace Orchestrator.Tests.Ledger.Reconciliation;

public sealed class ReferenceIdsTests
{
    static readonly Guid Id = new("0195d6a0-0000-7000-8000-00000000beef");

    [Theory]
    [InlineData("0195d6a0-0000-7000-8000-00000000beef")]
    [InlineData("0195D6A0-0000-7000-8000-00000000BEEF")]
    [InlineData("0195d6a000007000800000000000beef")]
    [InlineData("{0195d6a0-0000-7000-8000-00000000beef}")]
    [InlineData("urn:uuid:0195d6a0-0000-7000-8000-00000000beef")]
    [InlineData("PAYMENT 0195D6A000007000800000000000BEEF.")]
    [InlineData("RE/0195d6a0-0000-7000-8000-00000000beef/EUR")]
    [InlineData("REF0195d6a0-0000-7000-8000-00000000beef01")]
    public void Reference_when_it_holds_a_uuid_in_any_spelling_does_give_it(string reference) => Assert.Equal([Id], ReferenceIds.Of(reference));

    [Theory]
    [InlineData("")]
    [InlineData("INV-4711")]
    [InlineData("0195d6a0-0000-7000-8000-00000000bee")]
    [InlineData("0195d6a0-00007000-8000-00000000beef")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void Reference_when_it_holds_none_does_give_nothing(string reference) => Assert.Empty(ReferenceIds.Of(reference));

    [Fact]
    public void Reference_when_hexadecimal_text_touches_the_uuid_does_give_it_among_others() =>
        Assert.Contains(Id, ReferenceIds.Of("BE0195d6a000007000800000000000beefFACE"));

    [Fact]
    public void Reference_when_it_holds_many_does_give_each_once_and_not_too_many()
    {
        var ids = Enumerable.Range(1, 20).Select(Commands.Id).ToList();

        Assert.Equal(ids.Take(ReferenceIds.Max), ReferenceIds.Of(string.Join(' ', ids.Concat(ids))));
        Assert.Equal([ids[0], ids[1]], ReferenceIds.Of($"{ids[0]:N}/{ids[1]}/{ids[0]}"));
    }

    [Fact]
    public void Reference_when_any_text_surrounds_a_uuid_does_give_it() => Gen.Select(Gen.String[Gen.Char["xyz/ :-."], 0, 20], Gen.Guid, Gen.String[Gen.Char["xyz/ :."], 0, 20], Gen.Bool).Sample(
        (before, id, after, hyphens) => id == Guid.Empty || ReferenceIds.Of($"{before}{id.ToString(hyphens ? "D" : "N")}{after}").SequenceEqual([id]));
}
