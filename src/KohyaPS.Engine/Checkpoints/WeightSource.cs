using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>
/// A view of a model's tensors below one path, as a block reads them: <c>weights.At("attn1").At("to_q").Get("weight")</c>.
/// Casts to the compute type and moves to the device on reading.
/// </summary>
/// <param name="store">The tensors, under their diffusers names.</param>
/// <param name="dtype">Type of what <see cref="Get"/> returns; null keeps the stored type.</param>
/// <param name="device">Where the tensors go; null is the CPU.</param>
/// <param name="path">Dotted path of this view; empty at the root of a model part.</param>
/// <param name="packsWeights">Whether layers are to store their weight with one byte a number.</param>
internal sealed class WeightSource(ITensorStore store, ScalarType? dtype = null, Device? device = null, string path = "", bool packsWeights = false)
{
    /// <summary>Whether layers are to store their weight with one byte a number.</summary>
    public bool PacksWeights => packsWeights;

    /// <summary>The same view, for layers that are too small or too delicate to be rounded.</summary>
    public WeightSource Exact => new(store, dtype, device, path);

    /// <summary>The dotted diffusers path of this view, for instance <c>down_blocks.0.attentions.1</c>: the name of the layer that reads it.</summary>
    public string Path => path;

    /// <summary>The view one or more levels (separated by dots) below.</summary>
    public WeightSource At(string name) => new(store, dtype, device, Join(name), packsWeights);

    /// <summary>The view at a numbered child.</summary>
    public WeightSource At(int index) => At(index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>True where a tensor of that name stands directly at this view.</summary>
    public bool Has(string name) => store.Contains(Join(name));

    /// <summary>True where any tensor stands below the name.</summary>
    public bool HasBelow(string name)
    {
        var prefix = Join(name) + ".";
        return store.Names.Any(n => n.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Dimensions of a tensor without reading it.</summary>
    public long[] Shape(string name) => store.Shape(Join(name));

    /// <summary>The tensor, detached from any dispose scope: the block that reads it owns it.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor.</exception>
    public Tensor Get(string name)
    {
        var stored = store.Read(Join(name));
        stored.DetachFromDisposeScope();
        if ((dtype is null || stored.dtype == dtype) && (device is null || device.type == TorchSharp.DeviceType.CPU))
            return stored;
        using (stored)
        {
            var copied = stored.to(dtype ?? stored.dtype, device ?? CPU).DetachFromDisposeScope();
            store.Release(stored);
            return copied;
        }
    }

    /// <summary>The tensor, or null where there is none (an optional bias).</summary>
    public Tensor? Find(string name) => Has(name) ? Get(name) : null;

    /// <summary>Tells that what <see cref="Get"/> gave will not be looked at again; its part of the file may leave memory.</summary>
    public void Release(Tensor read) => store.Release(read);

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
