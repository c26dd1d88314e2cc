using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The type in which the frozen models compute, and what to tell the user about it.</summary>
/// <param name="ComputeType">float32, bfloat16 or float16.</param>
/// <param name="Warning">Why it is not the type that was asked for; null when it is.</param>
internal sealed record PrecisionChoice(ScalarType ComputeType, string? Warning)
{
    /// <summary>
    /// Auto takes the type that was measured to be fast. An explicit half type on a device where it is slow is computed in float32, unless
    /// the user insists. Cards of every generation that CUDA 12.8 knows compute float16 fast, no processor does.
    /// </summary>
    public static PrecisionChoice Make(RuntimeSettings settings, TorchRuntimeInfo runtime, bool obeysSlow) => settings.MixedPrecision switch
    {
        MixedPrecision.Auto => new(runtime.FastType, null),
        MixedPrecision.Bf16 when runtime.FastType == bfloat16 || obeysSlow => new(bfloat16, null),
        MixedPrecision.Bf16 => new(float32, Slow("bf16", runtime)),
        MixedPrecision.Fp16 when obeysSlow || runtime.Device.IsCard => new(float16, null),
        MixedPrecision.Fp16 => new(float32, Slow("fp16", runtime)),
        _ => new(float32, null),
    };

    /// <summary>The type's name, for the report at the start.</summary>
    public string InWords => ComputeType switch
    {
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => "float32",
    };

    private static string Slow(string type, TorchRuntimeInfo runtime) =>
        $"This {(runtime.Device.IsCard ? "card" : "processor")} computes {type} many times slower than float32, so the model runs in float32 and the LoRA comes out the same or better. Set -MixedPrecision Auto to have this chosen silently; Start-LoraTraining -Force obeys all the same.";
}
