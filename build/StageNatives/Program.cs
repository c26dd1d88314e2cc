using KohyaPS.Build.StageNatives;

// StageNatives <rid> <target folder> <TorchSharp package folder> <libtorch package folder> <stamp file>
var (rid, target, torchSharp, libtorch, stamp) = (args[0], args[1], args[2], args[3], args[4]);

Directory.CreateDirectory(target);
foreach (var file in PinnedFiles.For(rid))
{
    var package = file.Package == PinnedPackage.TorchSharp ? torchSharp : libtorch;
    var staged = file.Stage(Path.Combine(package, "runtimes", rid, "native", file.Name), target);
    Console.WriteLine($"{(staged ? "staged" : "kept")} {rid}/{file.Name}");
}
// The stamp is written last: what has no stamp of these versions is staged again.
File.WriteAllText(stamp, "");
