using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Simulation;

/// <summary>
/// Which seed each stream begins at. The Handbook seeds by small numbers: 0 for customers, 1 for terminals, then a customer's id and a
/// day's number. World 0 keeps them; another world mixes its own number in, so that no two of its streams begin alike.
/// </summary>
[StructLayout(LayoutKind.Auto)]
readonly struct StreamSeeds(uint world)
{
    public uint Customers => Of(0, 0);

    public uint Terminals => Of(1, 1);

    public uint Customer(int id) => Of(2, (uint)id);

    public uint Day(int day) => Of(3, (uint)day);

    uint Of(uint purpose, uint handbookSeed)
    {
        if (world == 0)
            return handbookSeed;
        // The finishing steps of SplitMix64.
        var x = (((ulong)world << 32) | handbookSeed) + (purpose * 0x9e37_79b9_7f4a_7c15ul);
        x = (x ^ (x >> 30)) * 0xbf58_476d_1ce4_e5b9ul;
        x = (x ^ (x >> 27)) * 0x94d0_49bb_1331_11ebul;
        return (uint)((x ^ (x >> 31)) >> 32);
    }
}
