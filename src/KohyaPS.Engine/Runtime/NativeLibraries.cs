using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Runtime;

/// <summary>Loads libtorch from one known folder before TorchSharp looks for it.</summary>
internal static class NativeLibraries
{
    private static readonly Lock gate = new();
    private static bool loaded;

    /// <summary>Loads the natives once; later calls do nothing.</summary>
    /// <param name="folder">The folder with the natives of this system; null looks beside the engine and in the build's staging folder.</param>
    public static void Load(string? folder = null)
    {
        lock (gate)
        {
            if (loaded)
                return;
            folder ??= Find();
            var name = OperatingSystem.IsWindows() ? "LibTorchSharp.dll" : "libLibTorchSharp.so";
            NativeLibrary.Load(Path.Combine(folder, name));
            loaded = true;
        }
    }

    private static string Find()
    {
        var rid = OperatingSystem.IsWindows() ? "win-x64" : "linux-x64";
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var staged = Path.Combine(at.FullName, "artifacts", "native", rid);
            if (File.Exists(Path.Combine(staged, ".staged")))
                return staged;
        }
        throw new DllNotFoundException("The native libraries of libtorch were not found.");
    }
}
