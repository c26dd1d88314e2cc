using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Batches;
using KohyaPS.Engine.Training.Objectives;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training;

/// <summary>One micro-batch from latents to loss: noise, predict, score (Ho et al. 2020, arXiv 2006.11239; steps as in sd-scripts).</summary>
/// <param name="unet">The model that predicts.</param>
/// <param name="network">The network that is trained on it.</param>
/// <param name="textEncoders">Encode token ids; null where all text states are cached.</param>
/// <param name="schedule">How much noise each timestep holds.</param>
/// <param name="noise">Which noise is added, at which timesteps.</param>
/// <param name="objective">What is to be predicted, and how errors count.</param>
/// <param name="draws">Where random numbers come from.</param>
/// <param name="options">Scaling, clip skip, whether the text encoder is trained.</param>
internal sealed class TrainingStep(
    Unet unet, AttachedNetwork network, TextEncoders? textEncoders, NoiseSchedule schedule, NoiseRecipe noise, Objective objective, IDraws draws, StepOptions options)
{
    /// <summary>Sees intermediate values by name when set; for tests that compare them.</summary>
    public Action<string, Tensor>? Observer { get; set; }

    /// <summary>The loss of a micro-batch, still attached to the graph of the adapters' parameters.</summary>
    /// <param name="batch">What to train on.</param>
    /// <param name="microStep">Index of the micro-batch from the start of the training: the key of its random numbers.</param>
    /// <returns>A float32 scalar.</returns>
    public Tensor Loss(MicroBatch batch, long microStep)
    {
        using var scope = NewDisposeScope();
        var latents = batch.Latents * options.ScalingFactor;                                    // [B, 4, h, w]
        var text = Observed(Condition(batch));                                                  // [B, L, C], [B, P]
        var added = text.Pooled is { } pooled && batch.Sizes is { } sizes ? new AddedConditions(pooled, sizes) : null;
        var drawn = noise.Noise(latents, draws, microStep);                                     // [B, 4, h, w]
        var timesteps = noise.Timesteps((int)batch.Count, draws, microStep, latents.device);    // [B]
        var noisy = Observed("noisy_latents", noise.NoisyLatents(schedule, latents, drawn, timesteps, draws, microStep));
        var target = objective.Target(latents, drawn, timesteps);
        // Before the pass whose graph fills the memory.
        if (batch.Preserved is { } places)
            target = Objective.PreserveOutput(target, places, WithoutNetwork(places, noisy, timesteps, text, added));
        var predicted = Observed("model_pred", unet.Predict(noisy, timesteps, text.States, added)).to(float32);
        return objective.Loss(predicted, target, timesteps, batch.LossWeights, batch.Masks).MoveToOuterDisposeScope();
    }

    private Tensor WithoutNetwork(Tensor places, Tensor noisy, Tensor timesteps, TextConditions text, AddedConditions? added)
    {
        return network.Without(() => unet.Predict(Chosen(noisy), Chosen(timesteps), Chosen(text.States), added is null ? null : new(Chosen(added.Pooled), Chosen(added.Sizes))));

        Tensor Chosen(Tensor all) => all.index_select(0, places);
    }

    private TextConditions Condition(MicroBatch batch)
    {
        if (batch.Text is { } known)
            return known;
        if (textEncoders is null || batch.InputIds is not { } ids)
            throw new InvalidOperationException("A micro-batch without text states needs token ids and a text encoder.");
        using var grad = set_grad_enabled(options.TrainsTextEncoder);
        return textEncoders.Encode(ids, options.EndToken, options.ClipSkip, batch.TokenWeights);
    }

    private TextConditions Observed(TextConditions text)
    {
        Observer?.Invoke("text_cond", text.States);
        if (text.Pooled is { } pooled)
            Observer?.Invoke("text_pooled", pooled);
        return text;
    }

    private Tensor Observed(string name, Tensor value)
    {
        Observer?.Invoke(name, value);
        return value;
    }
}
