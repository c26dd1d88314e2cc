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
        var stated = config.Model switch { { Sdxl: true } => ModelFamily.Sdxl, { V2: true } => ModelFamily.Sd2, _ => (ModelFamily?)null };
        if (stated is { } wanted && wanted != checkpoint.Family)
        {
            var setting = wanted == ModelFamily.Sdxl ? nameof(ModelSettings.Sdxl) : nameof(ModelSettings.V2);
            problems.Add(new(setting, $"{setting} asks for {ModelDetection.FamilyInWords(wanted)}, but '{checkpoint.Path}' is {found.InWords()}.",
                $"Leave out {setting}, which is found out by itself, or give a checkpoint of {ModelDetection.FamilyInWords(wanted)} with -PretrainedModelNameOrPath."));
        }
        foreach (var problem in Prediction(config.Model, checkpoint))
            problems.Add(problem);
        return config with
        {
            Model = config.Model with
            {
                Sdxl = checkpoint.Family == ModelFamily.Sdxl,
                V2 = checkpoint.Family == ModelFamily.Sd2,
                VParameterization = config.Model.VParameterization || PredictsVelocity(found),
            },
        };
    }

    private static IEnumerable<ConfigProblem> Prediction(ModelSettings model, Checkpoint checkpoint)
    {
        const string setting = nameof(ModelSettings.VParameterization);
        var found = checkpoint.Detection;
        if (model.VParameterization && found is { Prediction: ModelPrediction.Epsilon, PredictionSource: PredictionSource.Scheduler or PredictionSource.Metadata })
            yield return new(setting, $"VParameterization is set, but '{checkpoint.Path}' says of itself that it predicts noise.", "Leave out VParameterization, unless the model is to be taught the velocity.", IsWarning: true);
        if (!model.VParameterization && found.PredictionSource == PredictionSource.AmbiguousDefault)
            yield return new(setting, $"'{checkpoint.Path}' does not say whether it predicts noise or velocity; noise is assumed.", "Set VParameterization if the model's page says v-prediction, as it does for those of 768 pixels.", IsWarning: true);
    }

    // What is assumed for want of a sign is no finding.
    private static bool PredictsVelocity(ModelDetection found) =>
        found is { Prediction: ModelPrediction.V, PredictionSource: not (PredictionSource.None or PredictionSource.Default or PredictionSource.AmbiguousDefault) };
}
