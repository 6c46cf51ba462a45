using Orchestrator.Ledger.Statements;

namespace Orchestrator.Tests.Statements;

public sealed class MonthTests
{
    [Theory]
    [InlineData("2026-13")]
    [InlineData("2026-00")]
    [InlineData("2026-3")]
    [InlineData("2026-003")]
    [InlineData("1969-12")]
    [InlineData("2201-01")]
    [InlineData("2026-03-01")]
    [InlineData(" 2026-03")]
    [InlineData("２０２６-03")]
    [InlineData("")]
    [InlineData(null)]
    public void Month_when_it_is_none_is_not_read(string? text) => Assert.False(Month.TryParse(text, out _));

    [Theory]
    [InlineData("1970-01")]
    [InlineData("2026-12")]
    [InlineData("2200-12")]
    public void Month_when_written_and_read_is_the_same(string text) => Assert.Equal(text, Month.Parse(text).ToString());

    [Fact]
    public void Month_when_an_instant_lies_in_it_is_that_of_utc()
    {
        var month = Month.Of(new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.FromHours(1)));

        Assert.Equal("2025-12", $"{month}");
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), month.End);
        Assert.True(month < month.Next && month.Next.Previous >= month);
    }
}
