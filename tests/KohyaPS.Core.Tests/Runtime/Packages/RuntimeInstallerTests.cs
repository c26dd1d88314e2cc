using System.Text;
using KohyaPS.Runtime;
using KohyaPS.Runtime.Packages;

namespace KohyaPS.Core.Tests.Runtime.Packages;

public sealed class RuntimeInstallerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kohyaps-runtime-").FullName;
    private readonly StandInPackages packages;

    public RuntimeInstallerTests()
    {
        packages = new(Path.Combine(folder, "source"));
        Directory.CreateDirectory(Bridge);
        File.WriteAllText(Path.Combine(Bridge, "libLibTorchSharp.so"), "bridge");
    }

    private string Bridge => Path.Combine(folder, "module");

    private string Root => Path.Combine(folder, "runtimes");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Joins_the_parts_and_is_found_afterwards()
    {
        var installer = Installer();
        var manifest = installer.Install(CancellationToken.None);

        Assert.Equal("first second third", File.ReadAllText(Path.Combine(installer.Target, "libtorch_cuda.so")));
        Assert.Equal("bridge", File.ReadAllText(Path.Combine(installer.Target, "libLibTorchSharp.so")));
        Assert.Equal(StandInPackages.Hash("first second third"), manifest.Files.Single(f => f.Name == "libtorch_cuda.so").Sha256);
        Assert.Equal([installer.Target], InstalledRuntimes.Find(Root, NativeBackend.Cuda, StandInPackages.Rid));
        Assert.True(installer.IsInstalled);
        Assert.Equal([], Directory.EnumerateFiles(Path.Combine(Root, ".downloads")));
    }

    [Fact]
    public void Sees_a_runtime_that_was_damaged_later()
    {
        var installer = Installer();
        installer.Install(CancellationToken.None);
        File.Delete(Path.Combine(installer.Target, "libc10.so"));
        Assert.False(installer.IsInstalled);
        installer.Install(CancellationToken.None);
        Assert.True(installer.IsInstalled);
    }

    [Fact]
    public void Refuses_a_changed_byte()
    {
        var path = packages.PathOf("-part1");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("c10cuda"u8)] ^= 1;
        File.WriteAllBytes(path, bytes);
        Refuses("libc10_cuda.so");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-part1")]
    [InlineData("-part2-fragment2")]
    public void Refuses_a_package_that_is_cut_off(string part)
    {
        var path = packages.PathOf(part);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^40]);
        Refuses("damaged or cut off");
    }

    [Fact]
    public void Refuses_a_package_whose_description_is_damaged()
    {
        packages.Write("-part1", ["\" <"], []);
        Refuses("its .nuspec is not XML");
        Assert.False(File.Exists(Path.Combine(Root, ".downloads", Path.GetFileName(packages.PathOf("-part1")))));
    }

    [Fact]
    public void Refuses_a_whole_that_has_not_the_stated_hash()
    {
        packages.Write("-part2-fragment1", [], [("fragments/linux-x64/native/libtorch_cuda.so.fragment1", "SECOND ")]);
        Refuses("libtorch_cuda.so has SHA-256");
    }

    [Fact]
    public void Refuses_a_file_that_lacks_a_piece()
    {
        packages.Write("-part2-fragment1", [], []);
        Refuses("piece 1 is missing");
    }

    [Fact]
    public void Refuses_a_set_that_lacks_a_file()
    {
        packages.Write("-part1", [], []);
        Refuses("libc10.so");
    }

    [Theory]
    [InlineData("runtimes/linux-x64/native/../../../../evil.so")]
    [InlineData("runtimes/linux-x64/native/sub/evil.so")]
    [InlineData(@"runtimes\linux-x64\native\..\evil.so")]
    [InlineData("runtimes/linux-x64/native/..")]
    public void Writes_nothing_outside_its_folder(string name)
    {
        packages.Write("-part2-fragment2", [], [("fragments/linux-x64/native/libtorch_cuda.so.fragment2", "third"), (name, "evil")]);
        Installer().Install(CancellationToken.None);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), file => Path.GetFileName(file).Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public void Says_which_package_a_source_lacks()
    {
        File.Delete(packages.PathOf("-part2-primary"));
        Assert.Contains("libtorch-cuda-12.8-linux-x64-part2-primary", Assert.Throws<TrainingException>(() => Installer().Install(CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Goes_on_where_a_download_broke_off()
    {
        var breaking = new BreakingSource(packages.Folder);
        Assert.Contains("goes on from there", Assert.Throws<TrainingException>(() => Installer(breaking).Install(CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Installer().Target));

        var going = new BreakingSource(packages.Folder) { Breaks = false };
        Installer(going).Install(CancellationToken.None);
        Assert.Equal(BreakingSource.BreakAt, going.FirstOffset);
        Assert.True(Installer().IsInstalled);
    }

    [Fact]
    public void Leaves_nothing_behind_when_it_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Installer().Install(stop.Token));
        Assert.Equal([Path.Combine(Root, ".downloads")], Directory.EnumerateDirectories(Root));
    }

    private void Refuses(string why)
    {
        var installer = Installer();
        var refused = Assert.Throws<TrainingException>(() => installer.Install(CancellationToken.None));
        Assert.Equal(TrainingExitCode.Environment, refused.ExitCode);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("again", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(installer.Target));
        Assert.False(Directory.Exists(installer.Target + ".partial"));
    }

    private RuntimeInstaller Installer(IPackageSource? source = null) => new()
    {
        Source = source ?? new FolderPackageSource(packages.Folder),
        Root = Root,
        Rid = StandInPackages.Rid,
        BridgeFolder = Bridge,
    };

    /// <summary>Ends the head package's bytes early, as a broken connection does.</summary>
    private sealed class BreakingSource(string folder) : IPackageSource
    {
        public const int BreakAt = 100;
        private readonly FolderPackageSource inner = new(folder);

        public bool Breaks { get; init; } = true;

        public long FirstOffset { get; private set; } = -1;

        public string Name => inner.Name;

        public PackageContent Open(PackageIdentity package, long offset, CancellationToken cancel)
        {
            if (FirstOffset < 0)
                FirstOffset = offset;
            var whole = inner.Open(package, offset, cancel);
            if (!Breaks)
                return whole;
            var bytes = new byte[BreakAt];
            whole.Bytes.ReadExactly(bytes);
            whole.Dispose();
            return whole with { Bytes = new MemoryStream(bytes) };
        }
    }
}
