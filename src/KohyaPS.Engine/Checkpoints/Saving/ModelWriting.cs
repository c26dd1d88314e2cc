using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>A model to be written, whole or changed, in the layout that the destination's name asks for.</summary>
/// <param name="Source">The opened model.</param>
/// <param name="Destination">A .safetensors file, a PyTorch file (.ckpt, .pt), or a diffusers folder for any other name.</param>
internal sealed record ModelWriting(Checkpoint Source, string Destination)
{
    /// <summary>Type of the saved weights; null keeps the types.</summary>
    public SavePrecision? Precision { get; init; }

    /// <summary>Free text for the header of a safetensors file.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Turns a tensor into the one to be saved; null leaves all as they are. The result may be of any type.</summary>
    public Func<CheckpointTensor, Tensor, Tensor>? Change { get; init; }

    /// <summary>Told after each tensor how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Told what of the source the destination will not hold.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>Looked at before each tensor.</summary>
    public CancellationToken Cancellation { get; init; }
}
