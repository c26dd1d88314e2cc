using KohyaPS.Core.Tests.Files;
using KohyaPS.Files;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>A disk that is full in the middle of a training, on machines where none can be mounted.</summary>
[Collection(nameof(SmallTraining))]
public sealed class FullDiskTests
{
    [Fact]
    public void What_was_saved_before_stays_whole_and_the_message_says_the_cure()
    {
        using var training = new SmallTraining();
        using var full = new RefusedPath(path => path.EndsWith("robot-step00000002.safetensors" + AtomicFile.TemporarySuffix, StringComparison.Ordinal));
        var result = SmallTraining.Run(training.Config(("max_train_steps", 3), ("save_every_n_steps", 1)));
        Assert.Equal(TrainingExitCode.Environment, result.ExitCode);
        Assert.Contains("is full", result.Message, StringComparison.Ordinal);
        Assert.Contains("Free space", result.Message, StringComparison.Ordinal);
        Assert.NotEmpty(SmallTraining.Tensors(Path.Combine(result.OutputFolder!, "robot-step00000001.safetensors")));
        Assert.Empty(Directory.EnumerateFiles(result.OutputFolder!, "*" + AtomicFile.TemporarySuffix));
    }
}
