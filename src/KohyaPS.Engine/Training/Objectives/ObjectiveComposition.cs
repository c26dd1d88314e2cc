using KohyaPS.Engine.Diffusion;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>Puts schedule, noise and objective together from the groups of a configuration. The only place that knows both.</summary>
internal static class ObjectiveComposition
{
    /// <summary>What the model predicts.</summary>
    public static PredictionType Prediction(ModelSettings model) => model.VParameterization ? PredictionType.Velocity : PredictionType.Epsilon;

    /// <summary>How noise and timesteps come about; a strength of 0 counts as not set.</summary>
    public static NoiseRecipe Noise(NoiseSettings settings)
    {
        var terms = new List<INoiseTerm>();
        if (settings.NoiseOffset is { } offset and not 0)
            terms.Add(new NoiseOffset(offset, settings.NoiseOffsetRandomStrength, settings.AdaptiveNoiseScale is { } scale and not 0 ? scale : null));
        if (settings.MultiresNoiseIterations is { } iterations and > 0)
            terms.Add(new MultiresNoise(iterations, settings.MultiresNoiseDiscount));
        var perturbation = settings.IpNoiseGamma is { } gamma and not 0 ? new InputPerturbation(gamma, settings.IpNoiseGammaRandomStrength) : null;
        return new(terms, perturbation, new(settings.MinTimestep ?? 0, settings.MaxTimestep ?? NoiseSchedule.Steps));
    }

    /// <summary>The objective; its weightings stand in the order in which sd-scripts multiplies them.</summary>
    /// <param name="settings">Loss and weightings.</param>
    /// <param name="prediction">What the model predicts.</param>
    /// <param name="schedule">Noise levels.</param>
    /// <param name="compatibility">Kohya2188 weights v prediction by the Min-SNR formula of epsilon, as that program did.</param>
    public static Objective Objective(ObjectiveSettings settings, PredictionType prediction, NoiseSchedule schedule, Compatibility compatibility = Compatibility.None)
    {
        var weightings = new List<ILossWeighting>();
        if (settings.MinSnrGamma is { } gamma and not 0)
            weightings.Add(new MinSnrWeighting(gamma, compatibility == Compatibility.Kohya2188 ? PredictionType.Epsilon : prediction));
        if (settings.ScaleVPredLossLikeNoisePred)
            weightings.Add(new VelocityScaling());
        if (settings.VPredLikeLoss is { } share and not 0)
            weightings.Add(new VelocityLikeLoss(share));
        if (settings.DebiasedEstimationLoss)
            weightings.Add(new DebiasedEstimation(prediction));
        return new(schedule, prediction, ElementLoss(settings, schedule), weightings);
    }

    private static IElementLoss ElementLoss(ObjectiveSettings settings, NoiseSchedule schedule)
    {
        HuberThreshold Threshold() => new(settings.HuberSchedule, settings.HuberC, settings.HuberScale, schedule);
        return settings.LossType switch
        {
            LossType.L1 => new AbsoluteLoss(),
            LossType.Huber => new HuberLoss(Threshold(), isSmoothL1: false),
            LossType.SmoothL1 => new HuberLoss(Threshold(), isSmoothL1: true),
            _ => new SquaredLoss(),
        };
    }
}
