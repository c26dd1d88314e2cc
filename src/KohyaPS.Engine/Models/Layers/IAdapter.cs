using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>What a network (LoRA, LoHa, ...) attaches to a layer: it turns the layer's output into the adapted output.</summary>
internal interface IAdapter
{
    /// <param name="input">What the layer received: [..., in] for linear, [B, in, h, w] for convolution.</param>
    /// <param name="output">What the layer computed; may be changed in place, it is not used elsewhere.</param>
    /// <returns>The adapted output, same shape and type.</returns>
    Tensor Apply(Tensor input, Tensor output);

    /// <summary>
    /// The same change as two matrices, for a linear layer that adds them within its own product instead of calling <see cref="Apply"/>;
    /// null where this call is something else, for instance with dropout.
    /// </summary>
    LowRankUpdate? AsLowRank() => null;
}
