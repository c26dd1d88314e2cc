using System.Runtime.Intrinsics.X86;
using KohyaPS.Engine.Runtime;
using KohyaPS.Runtime;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>What a training will compute on, as far as can be told without loading libtorch.</summary>
/// <param name="IsCard">True for a graphics card: the models and what they compute lie in its memory, not in the machine's.</param>
/// <param name="HasBfloat16">Whether it has instructions for bfloat16.</param>
/// <param name="MemoryBytes">Its memory.</param>
internal sealed record PlannedDevice(bool IsCard, bool HasBfloat16, long MemoryBytes)
{
    // CPUID leaf 7: AMX_BF16 is bit 22 of EDX, AVX512_BF16 bit 5 of EAX of its first subleaf (Intel SDM, volume 2A).
    private const int FeatureLeaf = 7, AmxBit = 22, AvxBit = 5;

    // Cards before Ampere have no instructions for it.
    private static readonly Version ampere = new(8, 0);
    private static readonly Lazy<PlannedDevice> found = new(Find);

    /// <summary>The device of this process.</summary>
    public static PlannedDevice Current => found.Value;

    /// <summary>The device of this machine's processor.</summary>
    public static PlannedDevice Processor { get; } = new(IsCard: false, ProcessorHasBfloat16, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    private static bool ProcessorHasBfloat16 => X86Base.IsSupported
        && ((X86Base.CpuId(FeatureLeaf, 1).Eax & (1 << AvxBit)) != 0 || (X86Base.CpuId(FeatureLeaf, 0).Edx & (1 << AmxBit)) != 0);

    /// <summary>The card that the libraries and the driver of a machine allow, else its processor.</summary>
    /// <param name="backend">What the libraries are made for.</param>
    /// <param name="cards">What the driver shows; null where there is none.</param>
    public static PlannedDevice Of(NativeBackend backend, IReadOnlyList<NvidiaCard>? cards) => backend == NativeBackend.Cuda && cards is [var card, ..]
        ? new(IsCard: true, card.ComputeCapability >= ampere, card.MemoryBytes)
        : Processor;

    /// <summary>Bytes of a number of the frozen models: the trainer's own choice of type, told by instructions and not by measuring.</summary>
    /// <param name="asked">The type that the settings ask for.</param>
    public int BytesOfValue(MixedPrecision asked) => asked switch
    {
        MixedPrecision.Auto or MixedPrecision.Bf16 when HasBfloat16 => 2,
        MixedPrecision.Fp16 when IsCard => 2,
        _ => sizeof(float),
    };

    private static PlannedDevice Find()
    {
        try
        {
            var backend = NativeLibraries.Locator().Find().Files.Backend;
            return backend == NativeBackend.Cuda ? Of(backend, NvidiaCard.Query()) : Processor;
        }
        catch (TrainingException)
        {
            // The start of a training says what is missing; a plan is made without.
            return Processor;
        }
    }
}
