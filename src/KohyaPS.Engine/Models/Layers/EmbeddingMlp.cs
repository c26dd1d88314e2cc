using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>Two linear layers with a SiLU between them: what a timestep or a size vector passes through before the blocks.</summary>
internal sealed class EmbeddingMlp : Block
{
    private readonly Linear linear1;
    private readonly Linear linear2;

    public EmbeddingMlp(WeightSource weights)
        : base(weights.Path)
    {
        linear1 = Add(new Linear(weights.At("linear_1")));
        linear2 = Add(new Linear(weights.At("linear_2")));
    }

    /// <param name="x">[B, in]; cast to the weights' type.</param>
    /// <returns>[B, out]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var hidden = nn.functional.silu(linear1.Forward(x.to(linear1.Weight.dtype)));
        return Observed(linear2.Forward(hidden)).MoveToOuterDisposeScope();
    }
}
