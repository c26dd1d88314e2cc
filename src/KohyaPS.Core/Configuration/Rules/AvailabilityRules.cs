using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>
/// What a configuration may hold, since files of other programs do, but no training of this version does. It is refused, never left out silently.
/// This is the one list: importers accept what stands here, Test-LoraConfig and Start-LoraTraining refuse it with the same sentence. Whoever
/// makes a feature work removes its line.
/// </summary>
internal static class AvailabilityRules
{
    /// <summary>What arrives later.</summary>
    internal static readonly IReadOnlyList<LaterFeature> Later =
    [
        new("LyCORIS networks", "Use networks.lora, with ConvDim for convolutions.", c => When(c.Network.NetworkModule == NetworkModule.Lycoris, nameof(c.Network.NetworkModule)))
        {
            Settings = Group(nameof(LoraConfig.Lycoris)),
        },
        new("samples during a training", "Do not set it.", AskingForSamples) { Settings = Group(nameof(LoraConfig.Sampling)) },
        new("held-back pictures for validation", "Set it to 0.", c => When(c.Validation.ValidationSplit > 0, nameof(c.Validation.ValidationSplit))) { Settings = Group(nameof(LoraConfig.Validation)) },
    ];

    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        foreach (var feature in Later)
        {
            if (feature.AskedBy(config) is { } setting)
                yield return Error(setting, $"{setting} asks for {feature.What}, which arrive with a later version of KohyaPS.", feature.Remedy);
        }
        if (config.Optimizer.OptimizerClass is { } optimizerClass)
            yield return OptimizerCatalogue.NoSuch(optimizerClass);
        if (config.Logging.LogWith is LogTarget.Wandb or LogTarget.All)
            yield return Error("LogWith", "LogWith asks for Weights and Biases, a service that KohyaPS does not send anything to.", "Set LogWith to tensorboard; its event files can be uploaded.");
    }

    private static string? AskingForSamples(LoraConfig config) =>
        When(config.Sampling.SampleEveryNSteps is > 0, nameof(SamplingSettings.SampleEveryNSteps))
        ?? When(config.Sampling.SampleEveryNEpochs is > 0, nameof(SamplingSettings.SampleEveryNEpochs))
        ?? When(config.Sampling.SampleAtFirst, nameof(SamplingSettings.SampleAtFirst));

    private static string? When(bool isAsked, string setting) => isAsked ? setting : null;

    private static IReadOnlyList<string> Group(string name) => [.. SettingCatalogue.All.Where(s => s.Group == name).Select(s => s.Key)];
}
