using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Api.Security;

/// <summary>
/// The key of the built-in issuer. It is kept in the data directory, for its owner only, so that restarts and other processes of this machine know it; whoever
/// comes first makes it, whole or not at all.
/// </summary>
static class DevelopmentKey
{
    /// <summary>The file's name.</summary>
    public const string FileName = "development-issuer.pem";

    const int Attempts = 200;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Reads the key, or makes it.</summary>
    /// <param name="directory">Where it is kept.</param>
    /// <exception cref="IOException">Another process makes it, and does not come to an end.</exception>
    public static async Task<ECDsaSecurityKey> LoadAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // One at a time looks and makes. The lock goes with its holder.
                await using var turn = Open(path + ".lock", FileMode.OpenOrCreate);
                if (!File.Exists(path))
                    Make(path);
                return Read(path);
            }
            catch (IOException) when (attempt < Attempts)
            {
                await Task.Delay(Pause);
            }
        }
    }

    static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    // Whoever is killed halfway leaves another file, never half a key.
    static void Make(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var aside = path + ".new";
        File.Delete(aside);
        using (var file = Open(aside, FileMode.CreateNew))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
    }

    static ECDsaSecurityKey Read(string path)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(File.ReadAllText(path));
        var key = new ECDsaSecurityKey(ecdsa);
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return key;
    }
}
