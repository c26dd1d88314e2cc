using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>One LoRA module of a file: what it adds to the weight of its layer, U D alpha / rank.</summary>
internal sealed class StoredLora
{
    private readonly TensorFileStore store;
    private readonly string down;
    private readonly string up;
    private readonly double? alpha;

    private StoredLora(TensorFileStore store, string name, string down, string up, double? alpha) =>
        (this.store, Name, this.down, this.up, this.alpha) = (store, name, down, up, alpha);

    /// <summary>Name of the module.</summary>
    public string Name { get; }

    /// <summary>Takes a module from an open file.</summary>
    /// <param name="store">The file.</param>
    /// <param name="name">The module.</param>
    /// <param name="roles">Its keys by role.</param>
    /// <exception cref="CheckpointFormatException">The module is incomplete or its shapes do not fit.</exception>
    public static StoredLora Of(TensorFileStore store, string name, Dictionary<string, string> roles)
    {
        var path = store.Path;
        if (!roles.TryGetValue("lora_down.weight", out var down) || !roles.TryGetValue("lora_up.weight", out var up))
            throw new CheckpointFormatException($"The module '{name}' of '{path}' lacks one of its two matrices. Look at the file with Test-LoraNetwork, and get it again.");
        long[] downShape = store.Shape(down), upShape = store.Shape(up);
        if (downShape.Length is not (2 or 4) || upShape.Length is not (2 or 4) || downShape[0] != upShape[1] || downShape[0] == 0 || upShape[2..].Any(d => d != 1))
            throw new CheckpointFormatException($"The matrices of '{name}' of '{path}' do not fit: down [{string.Join(", ", downShape)}], up [{string.Join(", ", upShape)}]. Look at the file with Test-LoraNetwork, and get it again.");
        if (!roles.TryGetValue("alpha", out var alphaKey))
            return new(store, name, down, up, null);
        if (store[alphaKey].ElementCount != 1)
            throw new CheckpointFormatException($"The alpha of '{name}' of '{path}' is not one number. Look at the file with Test-LoraNetwork, and get it again.");
        return new(store, name, down, up, store.File.ReadFloats(alphaKey)[0]);
    }

    /// <summary>
    /// Adds the module to a weight, in the weight's type: W + (ratio (U D)) s, each operation rounded, in this order.
    /// </summary>
    /// <param name="weight">[out, in] or [out, in, kh, kw].</param>
    /// <param name="ratio">The factor that the user gave.</param>
    /// <returns>The new weight; a new tensor.</returns>
    /// <exception cref="CheckpointFormatException">The shapes do not fit, or the numbers are not finite.</exception>
    public Tensor AddTo(Tensor weight, double ratio)
    {
        using var scope = NewDisposeScope();
        var rank = store.Shape(down)[0];
        var d = store.Read(down).to(weight.dtype).flatten(1);    // [r, in * kh * kw]
        var u = store.Read(up).to(weight.dtype).flatten(1);      // [out, r]
        if (u.size(0) != weight.size(0) || u.size(0) * d.size(1) != weight.numel())
            throw new CheckpointFormatException(
                $"The module '{Name}' of '{store.Path}' changes a weight of {u.size(0)} x {d.size(1)} numbers, but the checkpoint's layer has [{string.Join(", ", weight.shape)}]. The LoRA belongs to another kind of model.");
        // float32 product: CPUs without half arithmetic are slow, and half products accumulate in float32 anyway.
        var product = u.to(ScalarType.Float32).mm(d.to(ScalarType.Float32)).to(weight.dtype);
        if (!product.isfinite().all().item<bool>())
            throw new CheckpointFormatException($"The module '{Name}' of '{store.Path}' has numbers that are NaN or infinite: its training diverged. Use an earlier save of it.");
        // alpha is read in the merge type, as the peer does, before it is divided.
        var scale = tensor(alpha ?? rank, ScalarType.Float32).to(weight.dtype) / rank;
        return (weight + (product * ratio * scale).view(weight.shape)).MoveToOuterDisposeScope();
    }
}
