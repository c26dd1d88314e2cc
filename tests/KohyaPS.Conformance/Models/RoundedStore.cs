using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>The tensors of another store, each rounded to a half type and back.</summary>
internal sealed class RoundedStore(ITensorStore inner, ScalarType rounding) : ITensorStore
{
    public IReadOnlyCollection<string> Names => inner.Names;

    public bool Contains(string name) => inner.Contains(name);

    public long[] Shape(string name) => inner.Shape(name);

    public Tensor Read(string name)
    {
        using var exact = inner.Read(name);
        using var rounded = exact.to(rounding);
        return rounded.to(float32);
    }
}
