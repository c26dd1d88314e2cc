using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>Weights in 8-bit floats that stand for themselves times a number, which lies beside them ("scaled fp8").</summary>
internal static class ScaledWeight
{
    private const string WeightSuffix = ".weight";
    private const string FactorSuffix = ".scale_weight";

    // Says that factors may be there, with the U-Net's prefix or without; its own number means nothing.
    private const string Mark = "scaled_fp8";

    /// <summary>True for what comes with such weights and is none.</summary>
    public static bool IsFactor(string name) =>
        name.EndsWith(FactorSuffix, StringComparison.Ordinal) || name == Mark || name.EndsWith("." + Mark, StringComparison.Ordinal);

    /// <summary>The name of a weight's factor; null where there is none.</summary>
    /// <param name="name">The weight.</param>
    /// <param name="contains">Whether there is a tensor of a name.</param>
    public static string? FactorOf(string name, Func<string, bool> contains) =>
        name.EndsWith(WeightSuffix, StringComparison.Ordinal) && name[..^WeightSuffix.Length] + FactorSuffix is var factor && contains(factor) ? factor : null;

    /// <summary>What a weight stands for: float32 where it has a factor, else the stored numbers.</summary>
    /// <param name="name">The weight.</param>
    /// <param name="contains">Whether there is a tensor of a name.</param>
    /// <param name="read">Reads a tensor as it is stored.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="CheckpointFormatException">The factor is not one number.</exception>
    public static Tensor Read(string name, Func<string, bool> contains, Func<string, Tensor> read, string path)
    {
        if (FactorOf(name, contains) is not { } factorName)
            return read(name);
        using var scope = NewDisposeScope();
        var factor = read(factorName).to(ScalarType.Float32);
        return factor.numel() == 1
            ? read(name).to(ScalarType.Float32).mul(factor.reshape([])).MoveToOuterDisposeScope()
            : throw new CheckpointFormatException($"The tensor '{factorName}' of '{path}' is not one number. Get the model in fp16 or bf16.");
    }
}
