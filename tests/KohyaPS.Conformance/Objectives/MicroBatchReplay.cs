using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Training.Objectives;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Objectives;

/// <summary>Runs one micro-batch through noise recipe and objective, as the trainer does, with the recorded prediction in the U-Net's place.</summary>
internal static class MicroBatchReplay
{
    public static void Run(ObjectiveCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var config = recorded.Config;
        using var schedule = new NoiseSchedule(config.Noise.ZeroTerminalSnr);
        var prediction = ObjectiveComposition.Prediction(config.Model);
        var objective = ObjectiveComposition.Objective(config.Objective, prediction, schedule);
        var recipe = ObjectiveComposition.Noise(config.Noise);
        var draws = new RecordedDraws(recorded);

        var latents = recorded.Read(recorded.Inputs.GetProperty("latents")) * recorded.Inputs.GetProperty("vae_scale_factor").GetDouble();
        var noise = recipe.Noise(latents, draws, step: 0);
        var timesteps = recipe.Timesteps((int)latents.size(0), draws, step: 0, CPU);
        var noisyLatents = recipe.NoisyLatents(schedule, latents, noise, timesteps, draws, step: 0);
        var target = Target(recorded, objective, latents, noise, timesteps);
        recorded.Compare(check, "scaled_latents", latents);
        recorded.Compare(check, "noise", noise);
        recorded.Compare(check, "noisy_latents", noisyLatents);
        recorded.Compare(check, "target", target);

        var predicted = recorded.Read(recorded.Inputs.GetProperty("model_pred")).requires_grad_();
        var sampleWeights = recorded.Read(recorded.Inputs.GetProperty("loss_weights"));
        var loss = objective.Loss(predicted, target, timesteps, sampleWeights, Masks(recorded, config));
        loss.backward();
        recorded.Compare(check, "loss", loss);
        recorded.Compare(check, "grad_model_pred", predicted.grad!);
        CompareParts(recorded, check, config, schedule, objective, (predicted.detach(), target, timesteps, sampleWeights));
    }

    private static Tensor Target(ObjectiveCase recorded, Objective objective, Tensor latents, Tensor noise, Tensor timesteps)
    {
        var target = objective.Target(latents, noise, timesteps);
        if (!recorded.Inputs.TryGetProperty("diff_output_preservation", out var flags))
            return target;
        var withoutNetwork = recorded.Read(recorded.Inputs.GetProperty("model_pred_without_network"));
        var places = recorded.Read(flags).nonzero().flatten();
        return Objective.PreserveOutput(target, places, withoutNetwork.index_select(0, places));
    }

    private static Tensor? Masks(ObjectiveCase recorded, LoraConfig config)
    {
        if (config.Objective.MaskedLoss && recorded.Inputs.TryGetProperty("conditioning_images", out var pictures))
            return LossMask.FromConditioning(recorded.Read(pictures));
        return recorded.Inputs.TryGetProperty("alpha_masks", out var masks) ? recorded.Read(masks) : null;
    }

    /// <summary>The steps between, each as the peer recorded it.</summary>
    private static void CompareParts(ObjectiveCase recorded, GoldenCheck check, LoraConfig config, NoiseSchedule schedule, Objective objective,
        (Tensor Predicted, Tensor Target, Tensor Timesteps, Tensor SampleWeights) batch)
    {
        recorded.Compare(check, "alphas_cumprod_t", schedule.AlphasCumprod.index_select(0, batch.Timesteps));
        recorded.Compare(check, "snr_t", schedule.Snr(batch.Timesteps));
        var huber = new HuberThreshold(config.Objective.HuberSchedule, config.Objective.HuberC, config.Objective.HuberScale, schedule);
        recorded.Compare(check, "huber_c", huber.At(batch.Timesteps));
        var elements = objective.Elements(batch.Predicted, batch.Target, batch.Timesteps);
        recorded.Compare(check, "loss_elements", elements);
        if (Masks(recorded, config) is { } masks)
            elements *= LossMask.Fit(masks, elements.size(2), elements.size(3));
        recorded.Compare(check, "loss_elements_masked", elements);
        var loss = elements.mean([1, 2, 3]);
        recorded.Compare(check, "loss_samples_mean", loss);
        recorded.Compare(check, "weight_sample", batch.SampleWeights);
        loss *= batch.SampleWeights;
        foreach (var weighting in objective.Weightings)
        {
            var weights = weighting.Weights(schedule.Snr(batch.Timesteps));
            loss *= weights;
            recorded.Compare(check, $"weight_{weighting.Name}", weights);
            recorded.Compare(check, $"loss_after_{weighting.Name}", loss);
        }
        var wanted = recorded.Expected.EnumerateObject().Count(e => e.Name.StartsWith("loss_after_", StringComparison.Ordinal));
        check.Equal("number of weightings", wanted, objective.Weightings.Count);
    }
}
