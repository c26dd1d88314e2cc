using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Conformance;

/// <summary>The tensors beside a JSON of recorded cases.</summary>
public sealed class GoldenTensors : IDisposable
{
    private readonly TensorFileStore store;

    private GoldenTensors(string path) => store = TensorFileStore.Open(path);

    /// <summary>The tensors beside a JSON file, by its name; null where there are none.</summary>
    public static GoldenTensors? Beside(string json) =>
        Path.ChangeExtension(json, ".safetensors") is var path && File.Exists(path) ? new(path) : null;

    /// <summary>The tensor that an element names: text, or the text under "tensor".</summary>
    public Tensor this[JsonElement reference] => this[reference.ValueKind == JsonValueKind.Object ? reference.GetProperty("tensor").GetString()! : reference.GetString()!];

    /// <summary>A tensor by its name.</summary>
    public Tensor this[string name] => store.Read(name);

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => store.Names;

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => store.Contains(name);

    /// <summary>Compares a tensor with an expected one under the tolerances that stand beside its name.</summary>
    public void Compare(GoldenCheck check, string what, JsonElement expected, Tensor got)
    {
        using var want = this[expected];
        check.EqualList(what + " shape", want.shape, got.shape);
        check.Close(what, Doubles(want), Doubles(got), Tolerance(expected, "rtol"), Tolerance(expected, "atol"));
    }

    public void Dispose() => store.Dispose();

    /// <summary>The values of a tensor, row by row.</summary>
    public static double[] Doubles(Tensor values)
    {
        using var wide = values.detach().to(ScalarType.Float64, CPU).contiguous();
        return wide.data<double>().ToArray();
    }

    /// <summary>A tolerance; absent means exact.</summary>
    public static double Tolerance(JsonElement expected, string name) => expected.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
