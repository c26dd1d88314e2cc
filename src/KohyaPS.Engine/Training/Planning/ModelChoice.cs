using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Detection;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Brings together what a configuration says about its base model and what the model's files show.</summary>
internal static class ModelChoice
{
    /// <summary>The configuration with what was found where it says nothing; a wrong choice is a problem that names what was found.</summary>
    /// <param name="config">V2, Sdxl and VParameterization as the user set them.</param>
    /// <param name="checkpoint">The opened model.</param>
    /// <param name="problems">Takes what does not fit.</param>
    public static LoraConfig Settle(LoraConfig config, Checkpoint checkpoint, ICollection<ConfigProblem> problems)
    {
        var found = checkpoint.Detection;
        (bool IsSet, string Setting, ModelFamily Family)[] choices =
            [(config.Model.Sdxl, nameof(ModelSettings.Sdxl), ModelFamily.Sdxl), (config.Model.V2, nameof(ModelSettings.V2), ModelFamily.Sd2)];
        foreach (var (_, setting, wanted) in choices.Where(c => c.IsSet && c.Family != checkpoint.Family))
        {
            problems.Add(new(setting, $"{setting} asks for {ModelDetection.FamilyInWords(wanted)}, but '{checkpoint.Path}' is {found.InWords()}.",
                $"Leave out {setting}, which is found out by itself, or give a checkpoint of {ModelDetection.FamilyInWords(wanted)} with -PretrainedModelNameOrPath."));
        }
        foreach (var problem in Prediction(config, checkpoint))
            problems.Add(problem);
        return config with
        {
            Model = config.Model with
            {
                Sdxl = checkpoint.Family == ModelFamily.Sdxl,
                V2 = checkpoint.Family == ModelFamily.Sd2,
                VParameterization = config.Model.VParameterization || (found.Prediction == ModelPrediction.V && IsFound(found)),
            },
        };
    }

    private static IEnumerable<ConfigProblem> Prediction(LoraConfig config, Checkpoint checkpoint)
    {
        const string setting = nameof(ModelSettings.VParameterization);
        var (model, found) = (config.Model, checkpoint.Detection);
        if (found.HasZeroTerminalSnr && !config.Noise.ZeroTerminalSnr)
            yield return new(nameof(NoiseSettings.ZeroTerminalSnr), $"'{checkpoint.Path}' says of itself that it was trained down to pure noise (zero terminal SNR); this training is not.", "Set ZeroTerminalSnr.", IsWarning: true);
        if (found is { Prediction: null, PredictionSource: PredictionSource.Scheduler })
            yield return new(nameof(ModelSettings.PretrainedModelNameOrPath), $"'{checkpoint.Path}' says in scheduler/scheduler_config.json that it predicts neither noise (epsilon) nor velocity (v_prediction).", "Give a model that does, or correct the file.");
        if (model.VParameterization && found.Prediction == ModelPrediction.Epsilon && IsFound(found))
            yield return new(setting, $"VParameterization is set, but '{checkpoint.Path}' was found to predict noise.", "Leave out VParameterization, unless the model is to be taught the velocity.", IsWarning: true);
        if (!model.VParameterization && found.PredictionSource == PredictionSource.AmbiguousDefault)
            yield return new(setting, $"'{checkpoint.Path}' does not say whether it predicts noise or velocity; noise is assumed.", "Set VParameterization if the model's page says v-prediction, as it does for those of 768 pixels.", IsWarning: true);
    }

    // What is assumed for want of a sign is no finding.
    private static bool IsFound(ModelDetection detection) => detection.PredictionSource is not (PredictionSource.None or PredictionSource.Default or PredictionSource.AmbiguousDefault);
}
