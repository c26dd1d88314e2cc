using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>Named tensors of one model part (unet, vae, text encoder) under their diffusers names, wherever they lie.</summary>
internal interface ITensorStore
{
    /// <summary>The names, in the order of the file.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>True where the store has a tensor of that name.</summary>
    bool Contains(string name);

    /// <summary>Dimensions of a tensor without reading it.</summary>
    long[] Shape(string name);

    /// <summary>
    /// The tensor in its stored type; the caller owns it. It may share the memory of the mapped file: never write to it.
    /// </summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor.</exception>
    Tensor Read(string name);

    /// <summary>Tells that a tensor that was read has been copied: the part of the file that it showed may leave memory.</summary>
    /// <param name="read">What <see cref="Read"/> gave; stays valid.</param>
    void Release(Tensor read)
    {
    }
}
