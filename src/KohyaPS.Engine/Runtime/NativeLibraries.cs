using System.Runtime.InteropServices;
using KohyaPS.Runtime;

namespace KohyaPS.Engine.Runtime;

/// <summary>Loads libtorch from one known folder before TorchSharp looks for it.</summary>
/// <remarks>
/// TorchSharp asks for its library by a bare name and gets the one that is loaded already. Left alone it would search the NuGet folder, copy half
/// a gigabyte, and write to the console; and a failure inside its static constructor could not be tried again.
/// </remarks>
internal static class NativeLibraries
{
    private static readonly Lock gate = new();
    private static NativeFolder? loaded;

    /// <summary>The folder in use; null before the first load.</summary>
    public static NativeFolder? Loaded => loaded;

    /// <summary>Optional libraries that did not load, with the reason; training works without them, slower or with fewer functions.</summary>
    public static IReadOnlyList<string> Notices { get; private set; } = [];

    /// <summary>Loads the natives once; later calls do nothing.</summary>
    /// <param name="folder">The folder with the natives of this system; null lets <see cref="NativeFolderLocator"/> choose.</param>
    /// <exception cref="TrainingException">A file is missing or does not load; the message says which, why, and what to do.</exception>
    public static void Load(string? folder = null)
    {
        lock (gate)
        {
            if (loaded is not null)
                return;
            var chosen = Locator(folder).Find();
            Preload(chosen);
            loaded = chosen;
        }
    }

    /// <summary>
    /// Loads the natives, then does work that needs them. Code that mentions torch belongs into the work: its methods are compiled only when they
    /// are called, and compiling them may already make TorchSharp look for its natives.
    /// </summary>
    /// <exception cref="TrainingException">As for <see cref="Load"/>.</exception>
    public static T Run<T>(Func<T> work)
    {
        Load();
        return work();
    }

    /// <summary>The rules by which this process chooses its natives.</summary>
    public static NativeFolderLocator Locator(string? folder = null)
    {
        var rid = NativeFileSet.CurrentRid ?? throw new TrainingException(TrainingExitCode.Environment,
            $"There is no libtorch for {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}. Use 64-bit Windows or Linux on an Intel or AMD processor.");
        return new()
        {
            EngineFolder = Path.GetDirectoryName(typeof(NativeLibraries).Assembly.Location)!,
            Rid = rid,
            Variable = name => name == NativeFolderLocator.FolderVariable && folder is not null ? folder : Environment.GetEnvironmentVariable(name),
            HasDriver = NvidiaDriver.IsPresent,
            InstalledRoot = InstalledRoot(),
        };
    }

    private static string? InstalledRoot()
    {
        try
        {
            return InstalledRuntimes.DefaultRoot;
        }
        catch (InvalidOperationException)
        {
            // A service account without a profile has no installed runtimes either.
            return null;
        }
    }

    private static void Preload(NativeFolder folder)
    {
        if (folder.Files.MissingFrom(folder.Path) is { Count: > 0 } missing)
        {
            throw new TrainingException(TrainingExitCode.Environment,
                $"'{folder.Path}' (chosen by {folder.Origin}) lacks {string.Join(", ", missing)}. " +
                (folder.Files.Backend == NativeBackend.Cuda ? "Run Install-LoraRuntime again." : "Install the module again by copying its whole folder."));
        }
        Notices = [.. folder.Files.Optional.Select(name => TryLoad(folder.Path, name)).OfType<string>()];
        foreach (var name in folder.Files.Required)
        {
            var path = Path.Combine(folder.Path, name);
            try
            {
                NativeLibrary.Load(path);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw new TrainingException(TrainingExitCode.Environment, NativeLoadFailure.Explain(path, e.Message, MissingSystemLibraries(path)), e);
            }
        }
    }

    private static string? TryLoad(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return $"{name} is not there";
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return $"{name}: {e.Message}";
        }
    }

    // Windows names no culprit, so the imports are tried one by one; Linux's loader says it in its message.
    private static IReadOnlyList<string> MissingSystemLibraries(string path)
    {
        if (!OperatingSystem.IsWindows())
            return [];
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            return [.. PortableExecutable.Read(path).Imports.Select(import => import.Library)
                .Where(library => !File.Exists(Path.Combine(folder, library)) && !NativeLibrary.TryLoad(library, out _))];
        }
        catch (InvalidDataException)
        {
            // A damaged file has no list of imports; the loader's own message says so.
            return [];
        }
    }
}
