using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// Gives the mock cluster, which always listens on a port that the kernel picks, a port of our choice: a socket that listens there takes
/// over the number of the descriptor that the cluster accepts connections on. Nothing is relayed, so nothing is slower.
/// </summary>
internal sealed partial class FixedPort(int listeningOn, int chosen)
{
    const int HighestDescriptor = 65_536;
    const int Backlog = 128;
    const int CloseOnExecLinux = 0x80000;

    /// <summary>Call it whenever the cluster has begun to listen anew.</summary>
    /// <exception cref="IOException">The chosen port is taken.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows has no such descriptors.</exception>
    internal void TakeOver()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("On Windows the embedded broker has no chosen port: leave it out.");
        }

        var descriptor = FindListener();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, chosen));
            listener.Listen(Backlog);
        }
        catch (SocketException failure)
        {
            throw new IOException($"Port {chosen} of 127.0.0.1 is not free.", failure);
        }

        // Close-on-exec, so that a child process (PostgreSQL) does not keep the port when this one dies.
        var source = (int)listener.Handle;
        var duplicate = OperatingSystem.IsLinux() ? Dup3(source, descriptor, CloseOnExecLinux) : Dup2(source, descriptor);
        if (duplicate != descriptor)
        {
            throw new IOException($"The listener could not move to port {chosen}: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    int FindListener()
    {
        Span<byte> address = stackalloc byte[128];
        for (var descriptor = 3; descriptor < HighestDescriptor; descriptor++)
        {
            // A connection to the listener has its port too; but a connection has a peer.
            var length = address.Length;
            var peerLength = address.Length;
            if (GetSocketName(descriptor, address, ref length) == 0
                && length == 16
                && BinaryPrimitives.ReadUInt16BigEndian(address[2..]) == listeningOn
                && GetPeerName(descriptor, address, ref peerLength) != 0)
            {
                return descriptor;
            }
        }

        throw new IOException("The mock cluster's listening socket was not found.");
    }

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSocketName(int descriptor, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    private static partial int GetPeerName(int descriptor, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    private static partial int Dup3(int source, int target, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int source, int target);
}
