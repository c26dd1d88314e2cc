using System.Text.Json;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>Recorded parameters in flat groups, found by their names.</summary>
internal sealed class RecordedParameters : IDisposable
{
    private readonly Dictionary<string, (int Group, int Index)> places = [];

    /// <param name="groups">The base rate of each group and its parameters with their dimensions.</param>
    /// <param name="dtype">Number type.</param>
    public RecordedParameters(IEnumerable<(double Rate, IReadOnlyList<(string Name, IReadOnlyList<long> Shape)> Parameters)> groups, ScalarType dtype)
    {
        // Where a training would compute: on the card, when the CUDA natives are loaded.
        var device = TorchRuntime.Start().Device.Device;
        Groups = [.. groups.Select((group, i) => new ParameterGroup(new(group.Rate, i == 0 ? "textencoder" : "unet"), group.Parameters, dtype, device))];
        for (var g = 0; g < Groups.Count; g++)
            for (var i = 0; i < Groups[g].Slices.Count; i++)
                places[Groups[g].Slices[i].Name] = (g, i);
    }

    public IReadOnlyList<ParameterGroup> Groups { get; }

    public IEnumerable<string> Names => places.Keys;

    public Tensor this[string name] => Parameter(name).detach().cpu();

    public void SetValue(string name, Tensor value)
    {
        using var guard = no_grad();
        Parameter(name).copy_(value);
    }

    public void SetGradient(string name, Tensor gradient)
    {
        var (group, index) = places[name];
        using var guard = no_grad();
        Parameter(name).grad!.copy_(gradient);
        Groups[group].MarkUsed(index);
    }

    /// <summary>What an optimizer remembers of one parameter, under the peer's name; null where it remembers no such thing.</summary>
    public Tensor? State(FlatOptimizer optimizer, string name, string key)
    {
        var (group, index) = places[name];
        if (key == "step")
            return tensor((double)optimizer.Groups[group].Steps[index]);
        var found = Of(key);
        // Two averages that the peer keeps in one tensor.
        return found is not null && Of(key + ".slow") is { } slow ? stack([found, slow]) : found;

        Tensor? Of(string wanted) =>
            optimizer.Groups[group].States.Where(s => (s.Name == wanted || s.Name == wanted + ".codes") && s.Layout.Holds(index)).Select(s => s.Of(index).cpu()).FirstOrDefault();
    }

    public void Dispose()
    {
        foreach (var group in Groups)
            group.Dispose();
    }

    private Tensor Parameter(string name) => Groups[places[name].Group].Parameters[places[name].Index];
}
