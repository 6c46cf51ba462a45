namespace Orchestrator.Cli.Simulation;

/// <summary>One customer's habits.</summary>
/// <param name="MeanAmount">In units, not cents; the standard deviation is half of it.</param>
/// <param name="DailyRate">Transactions a day, on average.</param>
/// <param name="Terminals">Those within reach, by ascending id.</param>
public sealed record CustomerProfile(double MeanAmount, double DailyRate, IReadOnlyList<int> Terminals);

/// <summary>Customers and terminals on the grid, and who can reach what.</summary>
public sealed class SimulatedWorld
{
    SimulatedWorld(IReadOnlyList<CustomerProfile> customers) => Customers = customers;

    /// <summary>By id, from 0.</summary>
    public IReadOnlyList<CustomerProfile> Customers { get; }

    /// <summary>Draws the world; the same parameters always give the same one.</summary>
    public static SimulatedWorld Draw(HandbookParameters parameters)
    {
        var seeds = new StreamSeeds(parameters.Seed);
        var numbers = new NumericStream(seeds.Customers);
        var drawn = new (double X, double Y, double Mean, double Rate)[parameters.Customers];
        for (var c = 0; c < drawn.Length; c++)
        {
            drawn[c].X = numbers.Uniform(0, parameters.Side);
            drawn[c].Y = numbers.Uniform(0, parameters.Side);
            drawn[c].Mean = numbers.Uniform(parameters.MeanAmount.Low, parameters.MeanAmount.High);
            drawn[c].Rate = numbers.Uniform(parameters.DailyRate.Low, parameters.DailyRate.High);
        }

        var terminals = TerminalGrid.Draw(parameters, new NumericStream(seeds.Terminals));
        var customers = new CustomerProfile[drawn.Length];
        for (var c = 0; c < customers.Length; c++)
            customers[c] = new CustomerProfile(drawn[c].Mean, drawn[c].Rate, terminals.Near(drawn[c].X, drawn[c].Y));
        return new SimulatedWorld(customers);
    }
}

/// <summary>Terminals in square cells as wide as the reach, so that a customer looks into nine cells only.</summary>
sealed class TerminalGrid
{
    readonly double _reach;
    readonly int _width;
    readonly List<(int Id, double X, double Y)>[] _cells;

    TerminalGrid(double side, double reach)
    {
        _reach = reach;
        _width = (int)(side / reach) + 1;
        _cells = new List<(int, double, double)>[_width * _width];
        for (var i = 0; i < _cells.Length; i++)
            _cells[i] = [];
    }

    public static TerminalGrid Draw(HandbookParameters parameters, NumericStream numbers)
    {
        var grid = new TerminalGrid(parameters.Side, parameters.Reach);
        for (var id = 0; id < parameters.Terminals; id++)
        {
            var x = numbers.Uniform(0, parameters.Side);
            var y = numbers.Uniform(0, parameters.Side);
            grid._cells[(grid.Cell(y) * grid._width) + grid.Cell(x)].Add((id, x, y));
        }
        return grid;
    }

    public IReadOnlyList<int> Near(double x, double y)
    {
        var near = new List<int>();
        for (var row = Math.Max(0, Cell(y) - 1); row <= Math.Min(_width - 1, Cell(y) + 1); row++)
        {
            for (var column = Math.Max(0, Cell(x) - 1); column <= Math.Min(_width - 1, Cell(x) + 1); column++)
            {
                foreach (var terminal in _cells[(row * _width) + column])
                {
                    var dx = x - terminal.X;
                    var dy = y - terminal.Y;
                    if (Math.Sqrt((dx * dx) + (dy * dy)) < _reach)
                        near.Add(terminal.Id);
                }
            }
        }
        near.Sort();
        return near;
    }

    int Cell(double coordinate) => (int)(coordinate / _reach);
}
