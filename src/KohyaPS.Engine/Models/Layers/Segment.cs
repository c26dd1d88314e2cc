using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// A part of a model whose insides need not be kept for the backward pass (Chen et al. 2016, arXiv 1604.06174).
/// </summary>
internal static class Segment
{
    /// <summary>Runs the part, keeping only its inputs where checkpointing is on and a gradient will be asked for.</summary>
    /// <param name="options">Whether to checkpoint.</param>
    /// <param name="body">The part: a pure function of its inputs and of adapters' parameters.</param>
    /// <param name="inputs">Every tensor that the part reads and that a gradient may flow to.</param>
    public static Tensor Run(ForwardOptions options, Func<Tensor[], Tensor> body, params Tensor[] inputs) =>
        options.UseCheckpointing && is_grad_enabled() ? CheckpointFunction.Run(body, inputs) : body(inputs);

    /// <summary>
    /// The value that enters the first segment. A segment records nothing unless one input requires a gradient, and adapters inside it
    /// would silently get none; so with checkpointing on this one does.
    /// </summary>
    public static Tensor Entrance(ForwardOptions options, Tensor x) =>
        options.UseCheckpointing && is_grad_enabled() && !x.requires_grad ? x.detach().requires_grad_() : x;
}
