using KohyaPS.Engine.Training.Saving;
using KohyaPS.Engine.Training.Setup;
using KohyaPS.Engine.Training.State;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training;

/// <summary>The metadata of a run's network files.</summary>
internal static class RunMetadata
{
    /// <summary>The entries of the header.</summary>
    /// <param name="run">What is trained.</param>
    /// <param name="setup">The parts that were made for it.</param>
    /// <param name="computeType">In which type the frozen models compute.</param>
    /// <param name="step">Steps that are in the file.</param>
    /// <param name="epoch">Whole epochs that are in the file.</param>
    public static IReadOnlyDictionary<string, string> Of(RunContext run, TrainingSetup setup, ScalarType computeType, int step, int epoch) => NetworkMetadata.Build(new()
    {
        Config = run.Config,
        Datasets = run.Epochs.Datasets,
        Length = run.Length,
        Sources = run.Sources,
        Seed = run.Seed,
        SessionId = run.SessionId,
        StartedAt = run.StartedAt,
        FinishedAt = RunContext.Now.ToLocalTime(),
        Step = step,
        Epoch = epoch,
        ComputedIn = Word(computeType),
        Program = $"KohyaPS/{SavedTraining.Version}",
    });

    private static MixedPrecision Word(ScalarType computeType) => computeType switch
    {
        ScalarType.BFloat16 => MixedPrecision.Bf16,
        ScalarType.Float16 => MixedPrecision.Fp16,
        _ => MixedPrecision.No,
    };
}
