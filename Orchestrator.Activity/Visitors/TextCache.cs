using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity.Visitors;

/// <summary>Gives the same text for the same letters as long as it is not displaced by another, so that what many events name is kept once. Bounded, and nothing depends on it.</summary>
sealed class TextCache
{
    const int Size = 4_096;

    readonly string?[] _texts = new string?[Size];

    /// <summary>The text of these letters.</summary>
    public string Get(ReadOnlySpan<char> letters)
    {
        ref var place = ref _texts[(int)(NameHash.Of(letters) & (Size - 1))];
        if (place is null || !letters.SequenceEqual(place))
            place = letters.ToString();
        return place;
    }

    /// <summary>The text that is equal to this one.</summary>
    public string Get(string text)
    {
        ref var place = ref _texts[(int)(NameHash.Of(text) & (Size - 1))];
        if (place is null || !string.Equals(text, place, StringComparison.Ordinal))
            place = text;
        return place;
    }
}
