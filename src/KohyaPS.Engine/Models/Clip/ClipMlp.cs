using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>The feed-forward part of a text encoder layer.</summary>
internal sealed class ClipMlp : Block
{
    // Hendrycks and Gimpel 2016 (arXiv 1606.08415): GELU(x) is about x sigmoid(1.702 x).
    private const double QuickGeluFactor = 1.702;

    private readonly Linear expand;
    private readonly Linear contract;
    private readonly ClipActivation activation;

    public ClipMlp(WeightSource weights, ClipActivation activation)
        : base(weights.Path)
    {
        this.activation = activation;
        expand = Add(new Linear(weights.At("fc1")));
        contract = Add(new Linear(weights.At("fc2")));
    }

    /// <inheritdoc/>
    public override BlockKind Kind => BlockKind.TextMlp;

    /// <param name="x">[B, N, C]</param>
    /// <returns>[B, N, C]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Observed(contract.Forward(Activate(expand.Forward(x)))).MoveToOuterDisposeScope();
    }

    private Tensor Activate(Tensor x) => activation switch
    {
        ClipActivation.QuickGelu => x * (x * QuickGeluFactor).sigmoid(),
        _ => nn.functional.gelu(x),
    };
}
