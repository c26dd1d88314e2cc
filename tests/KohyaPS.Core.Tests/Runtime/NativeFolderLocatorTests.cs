using KohyaPS.Runtime;

namespace KohyaPS.Core.Tests.Runtime;

public sealed class NativeFolderLocatorTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-natives-").FullName;
    private readonly Dictionary<string, string> variables = [];
    private bool hasDriver;

    private string Engine => Path.Combine(root, "module", "lib");

    private string Installed => Path.Combine(root, "runtimes");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Takes_the_files_beside_the_engine()
    {
        Fill(Engine, NativeBackend.Cpu);
        var found = Locator().Find();
        Assert.Equal((Engine, NativeBackend.Cpu), (found.Path, found.Files.Backend));
        Assert.Empty(found.Files.MissingFrom(found.Path));
    }

    [Fact]
    public void Takes_the_staged_files_of_the_checkout_above_a_build()
    {
        Directory.CreateDirectory(Engine);
        var staged = Path.Combine(root, "artifacts", "native", "linux-x64");
        Fill(staged, NativeBackend.Cpu);
        Assert.Equal(staged, Locator().Find().Path);
    }

    [Theory]
    [InlineData(true, "", NativeBackend.Cuda)]      // a card's driver and an installed runtime: use them
    [InlineData(false, "", NativeBackend.Cpu)]      // no driver: CUDA could not start
    [InlineData(true, "Cpu", NativeBackend.Cpu)]    // the user decides
    [InlineData(false, "cuda", NativeBackend.Cuda)]
    public void Decides_between_an_installed_CUDA_runtime_and_the_processor(bool driver, string wanted, NativeBackend expected)
    {
        Fill(Engine, NativeBackend.Cpu);
        Install("2.10.0");
        hasDriver = driver;
        variables[NativeFolderLocator.BackendVariable] = wanted;
        Assert.Equal(expected, Locator().Find().Files.Backend);
    }

    [Theory]
    [InlineData("2.10.0", false)]   // the manifest is written last: an unfinished installation is not used
    [InlineData("2.9.1", true)]     // another version has another C++ interface
    public void Ignores_a_runtime_that_cannot_work(string version, bool finished)
    {
        Fill(Engine, NativeBackend.Cpu);
        Install(version, finished);
        hasDriver = true;
        Assert.Equal(Engine, Locator().Find().Path);
    }

    [Fact]
    public void A_named_folder_overrules_everything()
    {
        Fill(Engine, NativeBackend.Cpu);
        var named = Path.Combine(root, "named");
        Fill(named, NativeBackend.Cuda);
        variables[NativeFolderLocator.FolderVariable] = named;
        var found = Locator().Find();
        Assert.Equal((named, NativeBackend.Cuda), (found.Path, found.Files.Backend));
    }

    [Fact]
    public void Says_what_to_type_when_nothing_is_found()
    {
        Directory.CreateDirectory(Engine);
        var nothing = Assert.Throws<TrainingException>(() => Locator().Find());
        Assert.Equal(TrainingExitCode.Environment, nothing.ExitCode);
        Assert.Contains(Engine, nothing.Message, StringComparison.Ordinal);

        variables[NativeFolderLocator.BackendVariable] = "Cuda";
        Assert.Contains("Install-LoraRuntime", Assert.Throws<TrainingException>(() => Locator().Find()).Message, StringComparison.Ordinal);

        variables[NativeFolderLocator.BackendVariable] = "7";
        Assert.Contains("Cpu or Cuda", Assert.Throws<TrainingException>(() => Locator().Find()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_files_that_a_folder_lacks()
    {
        Fill(Engine, NativeBackend.Cpu);
        File.Delete(Path.Combine(Engine, "libc10.so"));
        Assert.Equal(["libc10.so"], NativeFileSet.For("linux-x64", NativeBackend.Cpu).MissingFrom(Engine));
    }

    private NativeFolderLocator Locator() => new()
    {
        EngineFolder = Engine,
        Rid = "linux-x64",
        Variable = variables.GetValueOrDefault,
        HasDriver = () => hasDriver,
        InstalledRoot = Installed,
    };

    private void Install(string version, bool finished = true)
    {
        var folder = Path.Combine(Installed, InstalledRuntimes.FolderName(NativeBackend.Cuda, version, "linux-x64"));
        Fill(folder, NativeBackend.Cuda);
        if (finished)
            File.WriteAllText(Path.Combine(folder, InstalledRuntimes.ManifestName), "{}");
    }

    private static void Fill(string folder, NativeBackend backend)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in NativeFileSet.For("linux-x64", backend).Required)
            File.WriteAllText(Path.Combine(folder, name), "");
    }
}
