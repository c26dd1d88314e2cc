namespace KohyaPS.Runtime;

/// <summary>Decides which natives a process uses, before any of them is loaded.</summary>
/// <remarks>
/// In this order: the folder that KOHYAPS_NATIVE names; an installed CUDA runtime of the version that the module was built for, where
/// NVIDIA's driver is present and KOHYAPS_BACKEND is not Cpu; the files beside the engine; the staging folder of a checkout.
/// </remarks>
public sealed class NativeFolderLocator
{
    /// <summary>The libtorch that TorchSharp was built for; another version has another C++ interface.</summary>
    public const string LibtorchVersion = "2.10.0";

    /// <summary>Names a folder with natives and overrules every other choice.</summary>
    public const string FolderVariable = "KOHYAPS_NATIVE";

    /// <summary>Cpu or Cuda: overrules the automatic choice.</summary>
    public const string BackendVariable = "KOHYAPS_BACKEND";

    /// <summary>The folder of the engine's assembly: lib/ of the module, or the output of a build.</summary>
    public required string EngineFolder { get; init; }

    /// <summary>The system, for instance win-x64.</summary>
    public required string Rid { get; init; }

    /// <summary>Reads a variable of the process.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>True where NVIDIA's driver is present.</summary>
    public required Func<bool> HasDriver { get; init; }

    /// <summary>Where installed runtimes are looked for; null for none.</summary>
    public string? InstalledRoot { get; init; }

    /// <summary>Chooses a folder.</summary>
    /// <exception cref="TrainingException">No folder qualifies, or a variable says something that cannot be.</exception>
    public NativeFolder Find()
    {
        var wanted = WantedBackend();
        if (Variable(FolderVariable) is { Length: > 0 } named)
            return new(named, NativeFileSet.For(Rid, wanted ?? BackendOf(named)), $"the variable {FolderVariable}");

        if (wanted != NativeBackend.Cpu && Installed() is { } installed && (wanted == NativeBackend.Cuda || HasDriver()))
            return new(installed, NativeFileSet.For(Rid, NativeBackend.Cuda), "Install-LoraRuntime");

        foreach (var (folder, origin) in BuiltFolders())
        {
            var backend = BackendOf(folder);
            var files = NativeFileSet.For(Rid, backend);
            if (File.Exists(Path.Combine(folder, files.Bridge)) && (wanted is null || wanted == backend))
                return new(folder, files, origin);
        }
        throw NotFound(wanted);
    }

    private NativeBackend? WantedBackend() => Variable(BackendVariable) switch
    {
        null or "" => null,
        var text when Enum.TryParse<NativeBackend>(text, ignoreCase: true, out var backend) && Enum.IsDefined(backend) => backend,
        var text => throw new TrainingException(TrainingExitCode.Environment, $"The variable {BackendVariable} is '{text}'. Set it to Cpu or Cuda, or remove it."),
    };

    private string? Installed()
    {
        var expected = InstalledRuntimes.FolderName(NativeBackend.Cuda, LibtorchVersion, Rid);
        return InstalledRoot is null ? null
            : InstalledRuntimes.Find(InstalledRoot, NativeBackend.Cuda, Rid).FirstOrDefault(folder => Path.GetFileName(folder) == expected);
    }

    private NativeBackend BackendOf(string folder) =>
        File.Exists(Path.Combine(folder, Rid == "win-x64" ? "torch_cuda.dll" : "libtorch_cuda.so")) ? NativeBackend.Cuda : NativeBackend.Cpu;

    private IEnumerable<(string Folder, string Origin)> BuiltFolders()
    {
        yield return (EngineFolder, "the module");
        for (var at = new DirectoryInfo(EngineFolder); at is not null; at = at.Parent)
            yield return (Path.Combine(at.FullName, "artifacts", "native", Rid), "the checkout");
    }

    private TrainingException NotFound(NativeBackend? wanted) => new(TrainingExitCode.Environment, wanted == NativeBackend.Cuda
        ? $"{BackendVariable} asks for Cuda, but no CUDA runtime {LibtorchVersion} is installed for this user. Run Install-LoraRuntime, or remove the variable to compute on the processor."
        : $"The native libraries of libtorch are not in '{EngineFolder}'. The module is incomplete: install it again by copying its whole folder, or build it with 'dotnet pwsh build.ps1 Build'.");
}
