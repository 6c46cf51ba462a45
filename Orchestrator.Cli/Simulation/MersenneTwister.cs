namespace Orchestrator.Cli.Simulation;

/// <summary>MT19937 (Matsumoto and Nishimura, 1998): 32 bits a draw. Both streams of the Handbook's simulator stand on it.</summary>
public sealed class MersenneTwister
{
    const int N = 624;
    const int M = 397;
    const uint UpperMask = 0x8000_0000;
    const uint LowerMask = 0x7fff_ffff;

    readonly uint[] _state = new uint[N];
    int _next = N;

    /// <summary>Seeds as <c>init_genrand</c> does.</summary>
    public void SeedByNumber(uint seed)
    {
        _state[0] = seed;
        for (var i = 1; i < N; i++)
            _state[i] = (1_812_433_253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i;
        _next = N;
    }

    /// <summary>Seeds as <c>init_by_array</c> does with an array of one element.</summary>
    public void SeedByArray(uint key)
    {
        SeedByNumber(19_650_218);
        var i = 1;
        for (var k = 0; k < N; k++)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1_664_525u)) + key;
            i = Following(i);
        }
        for (var k = 0; k < N - 1; k++)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1_566_083_941u)) - (uint)i;
            i = Following(i);
        }
        _state[0] = UpperMask;
    }

    /// <summary>The next 32 bits.</summary>
    public uint Next()
    {
        if (_next == N)
            Regenerate();
        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        return y ^ (y >> 18);
    }

    int Following(int i)
    {
        if (++i < N)
            return i;
        _state[0] = _state[N - 1];
        return 1;
    }

    void Regenerate()
    {
        var state = _state.AsSpan();
        for (var k = 0; k < N - M; k++)
            state[k] = state[k + M] ^ Twist(state[k], state[k + 1]);
        for (var k = N - M; k < N - 1; k++)
            state[k] = state[k + M - N] ^ Twist(state[k], state[k + 1]);
        state[N - 1] = state[M - 1] ^ Twist(state[N - 1], state[0]);
        _next = 0;
    }

    static uint Twist(uint high, uint low)
    {
        var y = (high & UpperMask) | (low & LowerMask);
        return (y >> 1) ^ ((y & 1) * 0x9908_b0df);
    }
}
