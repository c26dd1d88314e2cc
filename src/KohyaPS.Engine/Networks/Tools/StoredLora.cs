using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>A LoRA or LoCon module of a file: U D alpha / rank is added to the weight.</summary>
internal sealed class StoredLora : StoredModule
{
    private readonly TensorFileStore store;
    private readonly string down;
    private readonly string up;

    private StoredLora(TensorFileStore store, string name, string down, string up, double? alpha)
        : base(name, store.Path) => (this.store, this.down, this.up, Alpha) = (store, down, up, alpha);

    /// <summary>The stored alpha; null where the file has none, which means the rank.</summary>
    public double? Alpha { get; }

    /// <summary>Rank of the module.</summary>
    public long Rank => store.Shape(down)[0];

    /// <summary>True for a kernel wider than 1x1.</summary>
    public bool IsSpatial => store.Shape(down) is [_, _, var height, var width] && (height > 1 || width > 1);

    /// <summary>The down matrix as it is stored: [r, in] or [r, in, kh, kw].</summary>
    public Tensor Down => store.Read(down);

    /// <summary>The up matrix as it is stored: [out, r] or [out, r, 1, 1].</summary>
    public Tensor Up => store.Read(up);

    /// <summary>Key of the down matrix.</summary>
    public string DownKey => down;

    /// <summary>Key of the up matrix.</summary>
    public string UpKey => up;

    /// <summary>alpha / rank.</summary>
    public double Scale => (Alpha ?? Rank) / Rank;

    /// <summary>Takes a module from an open file.</summary>
    /// <param name="store">The file.</param>
    /// <param name="name">The module.</param>
    /// <param name="roles">Its keys by role.</param>
    /// <exception cref="CheckpointFormatException">The module is incomplete or its shapes do not fit.</exception>
    public static StoredLora Of(TensorFileStore store, string name, IReadOnlyDictionary<string, string> roles)
    {
        if (!roles.TryGetValue("lora_down.weight", out var down) || !roles.TryGetValue("lora_up.weight", out var up))
            throw new CheckpointFormatException($"The module '{name}' of '{store.Path}' lacks one of its two matrices. Look at the file with Test-LoraNetwork, and get it again.");
        new MatrixPair(name, down, up).RequireFit(store);
        return new(store, name, down, up, StoredNumber.Find(store, name, roles, "alpha"));
    }

    /// <summary>U D in float32 or float64, [out, in * kh * kw], without alpha.</summary>
    public Tensor Product(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        return Up.to(dtype).flatten(1).mm(Down.to(dtype).flatten(1)).MoveToOuterDisposeScope();
    }

    /// <summary>W + (ratio (U D)) s, each operation rounded to the weight's type, in this order.</summary>
    public override Tensor AddTo(Tensor weight, double ratio)
    {
        using var scope = NewDisposeScope();
        var d = Down.to(weight.dtype).flatten(1);    // [r, in * kh * kw]
        var u = Up.to(weight.dtype).flatten(1);      // [out, r]
        if (u.size(0) != weight.size(0) || u.size(0) * d.size(1) != weight.numel())
            throw WrongForm($"{u.size(0)} x {d.size(1)} numbers", weight);
        // float32 product: CPUs without half arithmetic are slow, and half products accumulate in float32 anyway.
        var product = u.to(ScalarType.Float32).mm(d.to(ScalarType.Float32)).to(weight.dtype);
        RequireFinite(product);
        // alpha is read in the merge type, as the peer does, before it is divided.
        var scale = tensor(Alpha ?? Rank, ScalarType.Float32).to(weight.dtype) / Rank;
        return (weight + (product * ratio * scale).view(weight.shape)).MoveToOuterDisposeScope();
    }
}
