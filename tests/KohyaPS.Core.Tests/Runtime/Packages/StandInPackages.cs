using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using KohyaPS.Runtime;

namespace KohyaPS.Core.Tests.Runtime.Packages;

/// <summary>
/// Small packages of the form in which TorchSharp publishes its CUDA natives: a head that names parts; a large file cut in a primary and two
/// fragments; the rest whole.
/// </summary>
internal sealed class StandInPackages
{
    public const string Rid = "linux-x64";
    private const string Head = "libtorch-cuda-12.8-linux-x64";
    private const string Version = NativeFolderLocator.LibtorchVersion;

    public StandInPackages(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        Write("", ["-part1", "-part2-primary", "-part2-fragment1", "-part2-fragment2"], []);
        Write("-part1", [], [("runtimes/linux-x64/native/libc10.so", "c10"), ("runtimes/linux-x64/native/libc10_cuda.so", "c10cuda"),
            ("runtimes/linux-x64/native/libtorch.so", "torch"), ("runtimes/linux-x64/native/libtorch_cpu.so", "cpu")]);
        Write("-part2-primary", [], [("runtimes/linux-x64/native/libtorch_cuda.so", "first "), ("runtimes/linux-x64/native/libtorch_cuda.so.sha", Hash("first second third"))]);
        Write("-part2-fragment1", [], [("fragments/linux-x64/native/libtorch_cuda.so.fragment1", "second ")]);
        Write("-part2-fragment2", [], [("fragments/linux-x64/native/libtorch_cuda.so.fragment2", "third")]);
    }

    public string Folder { get; }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The file of a package; the suffix names the part, "" the head.</summary>
    public string PathOf(string suffix) => Path.Combine(Folder, $"{Head}{suffix}.{Version}.nupkg");

    /// <summary>Writes a package with stored (not deflated) entries, so that a changed byte stays unseen but for its checksum.</summary>
    public void Write(string suffix, string[] parts, (string Path, string Text)[] entries)
    {
        using var zip = new ZipArchive(File.Create(PathOf(suffix)), ZipArchiveMode.Create);
        var dependencies = string.Concat(parts.Select(part => $"<dependency id=\"{Head}{part}\" version=\"[{Version}]\" />"));
        Add(zip, $"{Head}{suffix}.nuspec", $"<package><metadata><id>{Head}{suffix}</id><dependencies><group>{dependencies}<dependency id=\"Unrelated\" version=\"1.0.0\" /></group></dependencies></metadata></package>");
        foreach (var (path, text) in entries)
            Add(zip, path, text);
    }

    private static void Add(ZipArchive zip, string path, string text)
    {
        using var stream = zip.CreateEntry(path, CompressionLevel.NoCompression).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
