using System.Text.Json;
using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Steps;

/// <summary>A network's parameters as the one flat vector of the recorded cases.</summary>
internal sealed class FlatWeights(JsonElement layout, AttachedNetwork network)
{
    private readonly Dictionary<string, AdapterParameter> parameters = network.Adapters.SelectMany(a => a.Parameters).ToDictionary(p => p.Name);

    public IReadOnlyList<string> ExpectedNames => [.. layout.EnumerateArray().Select(e => e.GetProperty("key").GetString()!).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Names => [.. parameters.Keys.Order(StringComparer.Ordinal)];

    public void Load(Tensor flat)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, offset, shape) in Entries())
            parameters[name].Value.copy_(flat.narrow(0, offset, Count(shape)).view(shape));
    }

    public double[] Values() => Gather(p => p.Value);

    /// <summary>Zero where a parameter took no part, as in the peer's vector.</summary>
    public double[] Gradients() => Gather(p => p.Value.grad!);

    private double[] Gather(Func<AdapterParameter, Tensor> of)
    {
        using var scope = NewDisposeScope();
        var flat = new double[Entries().Sum(e => Count(e.Shape))];
        foreach (var (name, offset, _) in Entries())
            GoldenTensors.Doubles(of(parameters[name])).CopyTo(flat, offset);
        return flat;
    }

    private IEnumerable<(string Name, long Offset, long[] Shape)> Entries() => layout.EnumerateArray().Select(e =>
        (e.GetProperty("key").GetString()!, e.GetProperty("offset").GetInt64(), e.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray()));

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, d) => product * d);
}
