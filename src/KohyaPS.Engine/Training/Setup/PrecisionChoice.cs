using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The precision in which the frozen models compute, and what to tell the user about it.</summary>
/// <param name="Precision">No, Bf16 or Fp16.</param>
/// <param name="Warning">Why it is not the one that was asked for; null when it is.</param>
internal sealed record PrecisionChoice(MixedPrecision Precision, string? Warning)
{
    /// <summary>
    /// Auto takes what was measured to be fast; a continued training stays with what it began in, whatever is measured now, so that it goes on
    /// bit for bit. An explicit half type on a device that has no instructions for it is computed in float32, unless the user insists. Cards of
    /// every generation that CUDA 12.8 knows compute float16 fast, no processor does.
    /// </summary>
    /// <param name="settings">What is asked for.</param>
    /// <param name="runtime">What was measured.</param>
    /// <param name="obeysSlow">Whether the user insists.</param>
    /// <param name="before">What the continued training computed in; null for a new one.</param>
    public static PrecisionChoice Make(RuntimeSettings settings, TorchRuntimeInfo runtime, bool obeysSlow, MixedPrecision? before) => settings.MixedPrecision switch
    {
        MixedPrecision.Auto when before is MixedPrecision.Bf16 && !runtime.Speeds.HasBfloat16 => new(MixedPrecision.No,
            "The state was trained in bf16, which this machine computes many times slower than float32: the training goes on in float32, and not bit for bit as it would have there. Set -MixedPrecision bf16 with -Force to have the same type all the same."),
        MixedPrecision.Auto => new(before ?? (runtime.Speeds.IsBfloat16Faster ? MixedPrecision.Bf16 : MixedPrecision.No), null),
        MixedPrecision.Bf16 when runtime.Speeds.HasBfloat16 || obeysSlow => new(MixedPrecision.Bf16, null),
        MixedPrecision.Bf16 => new(MixedPrecision.No, Slow("bf16", runtime)),
        MixedPrecision.Fp16 when obeysSlow || runtime.Device.IsCard => new(MixedPrecision.Fp16, null),
        MixedPrecision.Fp16 => new(MixedPrecision.No, Slow("fp16", runtime)),
        _ => new(MixedPrecision.No, null),
    };

    /// <summary>The type of the numbers.</summary>
    public ScalarType ComputeType => Precision switch
    {
        MixedPrecision.Bf16 => bfloat16,
        MixedPrecision.Fp16 => float16,
        _ => float32,
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
