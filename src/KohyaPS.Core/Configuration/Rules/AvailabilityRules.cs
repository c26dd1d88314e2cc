using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>
/// What a configuration may hold, since files of other programs do, but no training of this version does. It is refused, never left out silently.
/// </summary>
internal static class AvailabilityRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        if (config.Model.Sdxl)
            yield return Later("Sdxl", "SDXL models", "Choose a Stable Diffusion 1.x model.");
        if (config.Model.V2)
            yield return Later("V2", "Stable Diffusion 2.x models", "Choose a Stable Diffusion 1.x model.");
        if (config.Network.NetworkModule == NetworkModule.Lycoris)
            yield return Later("NetworkModule", "LyCORIS networks", "Use networks.lora, with ConvDim for convolutions.");
        if (config.Sampling.SampleEveryNSteps is not null || config.Sampling.SampleEveryNEpochs is not null || config.Sampling.SampleAtFirst)
            yield return Later(config.Sampling.SampleEveryNSteps is not null ? "SampleEveryNSteps" : config.Sampling.SampleEveryNEpochs is not null ? "SampleEveryNEpochs" : "SampleAtFirst",
                "samples during a training", "Do not set it.");
        if (config.Validation.ValidationSplit > 0)
            yield return Later("ValidationSplit", "held-back pictures for validation", "Set it to 0.");
        if (config.Schedule.LrSchedulerType is not null)
            yield return Later("LrSchedulerType", "schedule classes of torch.optim.lr_scheduler", "Use LrScheduler instead.");
        if (config.Optimizer.OptimizerClass is { } optimizerClass)
            yield return Error("OptimizerClass", $"OptimizerClass '{optimizerClass}' is a Python class, which cannot be loaded here.", "Leave it out and set OptimizerType.");
        if (config.Logging.LogWith is LogTarget.Wandb or LogTarget.All)
            yield return Error("LogWith", "LogWith asks for Weights and Biases, a service that KohyaPS does not send anything to.", "Set LogWith to tensorboard; its event files can be uploaded.");
    }

    private static ConfigProblem Later(string setting, string what, string remedy) =>
        Error(setting, $"{setting}: {what} arrive with a later version of KohyaPS.", remedy);
}
