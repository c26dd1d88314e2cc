using KohyaPS.Engine.Training.Saving;
using KohyaPS.Engine.Training.State;

namespace KohyaPS.Engine.Training;

/// <summary>The metadata of a run's network files.</summary>
internal static class RunMetadata
{
    /// <summary>The entries of the header.</summary>
    /// <param name="run">What is trained.</param>
    /// <param name="precision">In which the frozen models compute.</param>
    /// <param name="step">Steps that are in the file.</param>
    /// <param name="epoch">Whole epochs that are in the file.</param>
    public static IReadOnlyDictionary<string, string> Of(RunContext run, MixedPrecision precision, int step, int epoch) => NetworkMetadata.Build(new()
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
        ComputedIn = precision,
        Program = $"KohyaPS/{SavedTraining.Version}",
    });
}
