using System.Security.Cryptography;
using KohyaPS.Runtime;

// StageNatives <rid> <target folder> <TorchSharp package folder> <libtorch package folder>
var (rid, target, torchSharp, libtorch) = (args[0], args[1], args[2], args[3]);

// Name, package and SHA-256 of what the packages hold (TorchSharp 0.107.0, libtorch 2.10.0); "" is not checked yet.
var files = rid switch
{
    "linux-x64" => new (string Name, string Package, string Sha256)[]
    {
        ("libtorch_cpu.so", libtorch, ""), ("libtorch.so", libtorch, ""), ("libc10.so", libtorch, ""),
        ("libgomp-98b21ff3.so.1", libtorch, ""), ("libLibTorchSharp.so", torchSharp, ""),
    },
    "win-x64" => new (string Name, string Package, string Sha256)[]
    {
        ("torch_cpu.dll", libtorch, ""), ("c10.dll", libtorch, ""), ("libiomp5md.dll", libtorch, ""), ("LibTorchSharp.dll", torchSharp, ""),
    },
    _ => throw new ArgumentException($"No natives are known for '{rid}'."),
};

Directory.CreateDirectory(target);
foreach (var (name, package, sha256) in files)
{
    var source = Path.Combine(package, "runtimes", rid, "native", name);
    var bytes = File.ReadAllBytes(source);
    var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
    if (sha256.Length > 0 && hash != sha256)
        throw new InvalidDataException($"{source} has SHA-256 {hash}, expected {sha256}: the package is not the pinned one. Delete it from the package folder and restore again.");
    if (name == "libLibTorchSharp.so" && ElfVersionNeeds.MakeWeak(bytes, "GLIBCXX_3.4.32") == 0)
        throw new InvalidDataException($"{source} has no need GLIBCXX_3.4.32 to mark weak: the package changed.");
    var beside = Path.Combine(target, name + ".new");
    File.WriteAllBytes(beside, bytes);
    File.Move(beside, Path.Combine(target, name), overwrite: true);
    Console.WriteLine($"staged {rid}/{name} {hash}");
}
File.WriteAllText(Path.Combine(target, ".staged"), "");
