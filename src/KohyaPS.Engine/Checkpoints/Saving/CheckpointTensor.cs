using KohyaPS.Engine.Checkpoints.KeyMaps;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>One tensor of a model that is going to be written, not read yet.</summary>
/// <param name="Key">Its key in the file to come.</param>
/// <param name="Part">The part that it belongs to; null for what a file carries besides the model.</param>
/// <param name="Dtype">Its stored type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Read">Reads it in its stored type; the caller owns the result and never writes to it.</param>
internal sealed record CheckpointTensor(string Key, ModelPart? Part, ScalarType Dtype, IReadOnlyList<long> Shape, Func<Tensor> Read)
{
    /// <summary>The layers' tensors that it holds, by their diffusers names: one, or the three of a fused projection; none for leftovers.</summary>
    public IReadOnlyList<KeyMapping> Holds { get; init; } = [];

    /// <summary>True where the type has a fraction, so that it can be cast to a save precision.</summary>
    public bool IsFloatingPoint => Dtype.IsFraction();

    /// <summary>The type that it is saved in.</summary>
    /// <param name="family">Generation of the model: what its files carry besides it keeps its type, but for SDXL, as sd-scripts has it.</param>
    /// <param name="precision">What the user asked for; null keeps the type.</param>
    public ScalarType SaveType(ModelFamily family, SavePrecision? precision) => precision is not { } wanted ? Dtype
        : Part is not null && IsStandIn ? wanted.ToTorch()
        : IsFloatingPoint && (Part is not null || family == ModelFamily.Sdxl) ? wanted.ToTorch()
        : Dtype;

    /// <summary>True for a number that stands for one that was never stored; it is written as the model's type whatever its own is.</summary>
    public bool IsStandIn { get; init; }
}
