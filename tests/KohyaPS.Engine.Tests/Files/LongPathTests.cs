using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Tests.Training;

namespace KohyaPS.Engine.Tests.Files;

public sealed class LongPathTests : IDisposable
{
    private const int Classic = 260;
    private readonly SmallTraining small = new();

    // Whatever reads and writes goes through .NET, which knows no such limit; a library that maps by itself does, and is done without then.
    [Fact]
    public void A_training_reads_and_writes_below_a_path_that_old_programs_cannot_open()
    {
        var deep = Directory.CreateDirectory(small.At(string.Join('/', Enumerable.Repeat("a folder with a name of more than fifty characters in it", 5)))).FullName;
        Assert.True(deep.Length > Classic, deep);
        Directory.Move(small.At("train"), Path.Combine(deep, "train"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(KohyaPS.Conformance.GoldenRoot.Checkout, "examples", "demo"), "mini-sd.*"))
            File.Copy(file, Path.Combine(deep, Path.GetFileName(file)));
        var model = Path.Combine(deep, "mini-sd.safetensors");
        (string, object?)[] below =
        [
            ("pretrained_model_name_or_path", model), ("train_data_dir", Path.Combine(deep, "train", "img")), ("output_dir", Path.Combine(deep, "out")), ("logging_dir", Path.Combine(deep, "log")),
            ("cache_latents_to_disk", true), ("save_state", true), ("max_train_steps", 1),
        ];
        var first = SmallTraining.Train(small.Config(below)).Result;
        var second = SmallTraining.Train(small.Config([.. below, ("max_train_steps", 2), ("resume", first.State!.Path)])).Result;
        Assert.StartsWith(deep, second.NetworkPath, StringComparison.Ordinal);
        ModelConversion.Run(new(model, Path.Combine(deep, "folder")), TestContext.Current.CancellationToken);
    }

    public void Dispose() => small.Dispose();
}
