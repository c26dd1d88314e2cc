using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>What goes with which kind of model, and what a cached text encoder excludes.</summary>
internal static class ModelRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var model = config.Model;
        if (model.Sdxl && model.V2)
            yield return Error("V2", "V2 and Sdxl are both set, but a model is one or the other.", "Leave one of them out.");
        if (model.VParameterization && !model.V2)
            yield return Warning("VParameterization", "VParameterization is set without V2; few models but Stable Diffusion 2.x at 768 pixels predict the velocity.", "Leave it out unless the model's page says v-prediction.");
        if (config.Training.ClipSkip is not null && model.Sdxl)
            yield return Warning("ClipSkip", "ClipSkip has no effect for SDXL, which always reads the last but one layer.", "Leave it out.");
        else if (config.Training.ClipSkip is not null && model.V2)
            yield return Warning("ClipSkip", "ClipSkip is unusual for Stable Diffusion 2.x, whose text encoder already leaves out its last layer.", "Leave it out unless the model's page asks for it.");
        foreach (var problem in CachedText(config))
            yield return problem;
    }

    private static IEnumerable<ConfigProblem> CachedText(LoraConfig config)
    {
        var caching = config.Caching;
        if (!caching.CacheTextEncoderOutputs && !caching.CacheTextEncoderOutputsToDisk)
            yield break;
        const string Setting = "CacheTextEncoderOutputs";
        if (caching.CacheTextEncoderOutputsToDisk && caching.CacheFormat == CacheFormat.Npz && !config.Model.Sdxl)
            yield return Error("CacheFormat", "CacheFormat npz: sd-scripts has files of text encoder outputs for SDXL only.", "Set CacheFormat to kohyaps, or leave out CacheTextEncoderOutputsToDisk.");
        if (!caching.CacheTextEncoderOutputs)
            yield return Warning("CacheTextEncoderOutputsToDisk", "CacheTextEncoderOutputsToDisk turns CacheTextEncoderOutputs on.", "Set both.");
        if (!config.Network.NetworkTrainUnetOnly)
            yield return Error(Setting, "Cached text encoder outputs do not change, so the text encoder cannot be trained.", "Set NetworkTrainUnetOnly, or leave out CacheTextEncoderOutputs.");
        var captions = DatasetRules.Effective(config).Select(effective => effective.Captions).ToList();
        var changing = new (string Name, bool IsOn)[]
        {
            ("ShuffleCaption", captions.Any(caption => caption.ShuffleCaption)),
            ("CaptionDropoutRate", captions.Any(caption => caption.CaptionDropoutRate > 0)),
            ("CaptionDropoutEveryNEpochs", captions.Any(caption => caption.CaptionDropoutEveryNEpochs > 0)),
            ("CaptionTagDropoutRate", captions.Any(caption => caption.CaptionTagDropoutRate > 0)),
            ("TokenWarmupStep", captions.Any(caption => caption.TokenWarmupStep.Value > 0)),
            ("EnableWildcard", captions.Any(caption => caption.EnableWildcard)),
        };
        foreach (var (name, _) in changing.Where(caption => caption.IsOn))
            yield return Error(Setting, $"{name} changes captions during the training, which cached text encoder outputs cannot follow.", $"Leave out {name} or CacheTextEncoderOutputs.");
    }
}
