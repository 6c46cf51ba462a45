using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>Where an account was, by time: its last <see cref="Capacity"/> events that had a place.</summary>
sealed class RecentPlaces
{
    /// <summary>The most that are remembered.</summary>
    public const int Capacity = 8;

    const double EarthRadiusKm = 6371.0088;

    Place[] _places = [];

    public int Count { get; private set; }

    public long Bytes => _places.Length * 24;

    public Place this[int index] => _places[index];

    /// <summary>Asks for the places.</summary>
    public void Ask() => Ahead.Elements(_places, Count);

    /// <summary>The last place before <paramref name="atMs"/>; null when none is remembered.</summary>
    public Place? Before(long atMs)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (_places[i].AtMs < atMs)
                return _places[i];
        }
        return null;
    }

    public void Add(in Place place)
    {
        var at = Count;
        while (at > 0 && _places[at - 1].AtMs > place.AtMs)
            at--;
        if (Count == Capacity)
        {
            if (at == 0)
                return;
            Array.Copy(_places, 1, _places, 0, at - 1);
            _places[at - 1] = place;
            return;
        }
        if (Count == _places.Length)
            Array.Resize(ref _places, Count == 0 ? 2 : Count * 2);
        Array.Copy(_places, at, _places, at + 1, Count - at);
        _places[at] = place;
        Count++;
    }

    /// <summary>Kilometres along the great circle.</summary>
    public static double Kilometres(in Place from, in Place to)
    {
        var a = double.DegreesToRadians(from.Latitude);
        var b = double.DegreesToRadians(to.Latitude);
        var half = Math.Sin((b - a) / 2);
        var across = Math.Sin(double.DegreesToRadians(to.Longitude - from.Longitude) / 2);
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt((half * half) + (Math.Cos(a) * Math.Cos(b) * across * across))));
    }
}

/// <summary>A place at a time.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct Place(long AtMs, double Latitude, double Longitude);
