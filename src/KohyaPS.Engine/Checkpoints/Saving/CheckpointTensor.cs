using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>One tensor of a checkpoint that is going to be written, not read yet.</summary>
/// <param name="Key">Its key in the file to come.</param>
/// <param name="Part">The part that it belongs to; null for what a file carries besides the model.</param>
/// <param name="Dtype">Its stored type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Read">Reads it in its stored type; the caller owns the result and never writes to it.</param>
internal sealed record CheckpointTensor(string Key, ModelPart? Part, ScalarType Dtype, IReadOnlyList<long> Shape, Func<Tensor> Read)
{
    /// <summary>True where the type has a fraction, so that it can be cast to a save precision.</summary>
    public bool IsFloatingPoint => Dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64 or >= (ScalarType)23 and <= (ScalarType)26;
}
