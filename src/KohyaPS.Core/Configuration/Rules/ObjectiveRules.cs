using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>Loss, noise and timesteps that exclude or need each other.</summary>
internal static class ObjectiveRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var objective = config.Objective;
        var noise = config.Noise;
        var velocity = config.Model.VParameterization;
        if (objective.ScaleVPredLossLikeNoisePred && !velocity)
            yield return Error("ScaleVPredLossLikeNoisePred", "ScaleVPredLossLikeNoisePred scales a v-prediction loss, but VParameterization is not set.", "Set VParameterization if the model predicts the velocity, or leave it out.");
        if (objective.VPredLikeLoss is > 0 && velocity)
            yield return Error("VPredLikeLoss", "VPredLikeLoss imitates v-prediction, but VParameterization is set already.", "Leave out VPredLikeLoss.");
        if (objective.ScaleVPredLossLikeNoisePred && velocity && objective.MinSnrGamma is > 0)
            yield return Warning("ScaleVPredLossLikeNoisePred", "MinSnrGamma weights a v-prediction loss like a noise loss already, so ScaleVPredLossLikeNoisePred scales it twice.", "Leave out one of them.");
        if (noise.ZeroTerminalSnr && !velocity)
            yield return Warning("ZeroTerminalSnr", "ZeroTerminalSnr without VParameterization: from pure noise, a model that predicts the noise learns nothing.", "Set VParameterization if the model predicts the velocity, or leave it out.");
        if (noise.AdaptiveNoiseScale is not null && noise.NoiseOffset is null)
            yield return Error("AdaptiveNoiseScale", "AdaptiveNoiseScale changes NoiseOffset, which is not set.", "Set NoiseOffset, such as 0.05, or leave it out.");
        if (noise.NoiseOffsetRandomStrength && noise.NoiseOffset is null or 0)
            yield return Warning("NoiseOffsetRandomStrength", "NoiseOffsetRandomStrength has no effect without NoiseOffset.", "Leave it out.");
        if (noise.IpNoiseGammaRandomStrength && noise.IpNoiseGamma is null or 0)
            yield return Warning("IpNoiseGammaRandomStrength", "IpNoiseGammaRandomStrength has no effect without IpNoiseGamma.", "Leave it out.");
        if ((noise.MinTimestep ?? 0) >= (noise.MaxTimestep ?? 1000))
            yield return Error("MinTimestep", $"MinTimestep {SettingText.Format(noise.MinTimestep ?? 0)} is not below MaxTimestep {SettingText.Format(noise.MaxTimestep ?? 1000)}, so no timestep can be drawn.", "Set MinTimestep below MaxTimestep.");
        var subsets = config.Datasets?.SelectMany(dataset => dataset.Subsets).ToList() ?? [];
        if (objective.PriorLossWeight != 1 && config.Folders is { RegDataDir: null, DatasetConfig: null } && !subsets.Any(subset => subset.IsReg))
            yield return Warning("PriorLossWeight", "PriorLossWeight has no effect without regularisation pictures.", "Set RegDataDir, or leave it out.");
        if (objective.MaskedLoss && !DatasetRules.Effective(config).Any(effective => effective.Objective.AlphaMask) && !subsets.Any(subset => subset.ConditioningDataDir is not null))
            yield return Error("MaskedLoss", "MaskedLoss needs masks, but there are none.", "Set AlphaMask to use the alpha channel, or give subsets a conditioning_data_dir.");
    }
}
