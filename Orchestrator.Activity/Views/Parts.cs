namespace Orchestrator.Activity.Views;

/// <summary>Parts and averages, as figures show them.</summary>
static class Parts
{
    /// <summary><paramref name="part"/> of <paramref name="whole"/>, to four decimals; zero of nothing.</summary>
    public static double Of(double part, double whole) => whole <= 0 ? 0 : Math.Round(part / whole, 4, MidpointRounding.AwayFromZero);
}
