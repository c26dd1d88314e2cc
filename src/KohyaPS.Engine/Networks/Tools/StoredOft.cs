using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Networks.Oft;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>A module of sd-scripts' OFT: the rows of the weight are turned, block by block.</summary>
internal sealed class StoredOft : StoredModule
{
    private readonly TensorFileStore store;
    private readonly string blocks;
    private readonly double alpha;

    private StoredOft(TensorFileStore store, string name, string blocks, double alpha)
        : base(name, store.Path) => (this.store, this.blocks, this.alpha) = (store, blocks, alpha);

    /// <summary>Takes a module from an open file.</summary>
    /// <param name="store">The file.</param>
    /// <param name="name">The module.</param>
    /// <param name="roles">Its keys by role.</param>
    /// <exception cref="CheckpointFormatException">The module is incomplete or its shape is another.</exception>
    public static StoredOft Of(TensorFileStore store, string name, IReadOnlyDictionary<string, string> roles)
    {
        if (!roles.TryGetValue("oft_blocks", out var blocks) || store.Shape(blocks) is not [_, var rows, var columns] || rows != columns)
            throw new CheckpointFormatException($"The module '{name}' of '{store.Path}' has no square oft_blocks. Look at the file with Test-LoraNetwork, and get it again.");
        return new(store, name, blocks, StoredNumber.Find(store, name, roles, "alpha") ?? 0);
    }

    /// <summary>RᵀW for each block of rows, with R led from no rotation (ratio 0) to the full one (ratio 1).</summary>
    public override Tensor AddTo(Tensor weight, double ratio)
    {
        using var scope = NewDisposeScope();
        var b = store.Read(blocks).to(ScalarType.Float32);    // [n, size, size]
        if (b.size(0) * b.size(1) != weight.size(0))
            throw WrongForm($"{b.size(0)} blocks of {b.size(1)} rows", weight);
        RequireFinite(b);
        var rotation = OftRotation.Of(b, alpha * weight.size(0), ratio);
        var rows = weight.to(ScalarType.Float32).reshape(b.size(0), b.size(1), -1);
        return bmm(rotation.transpose(1, 2), rows).view(weight.shape).to(weight.dtype).MoveToOuterDisposeScope();
    }
}
