using System.Text.Json;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Objectives;

/// <summary>One recorded micro-batch or table, with the tensors beside it.</summary>
public sealed class ObjectiveCase : IDisposable
{
    private readonly JsonElement entry;
    private readonly SafetensorsFile? file;

    /// <param name="entry">The case of cases.json.</param>
    /// <param name="tensors">Path of the tensors; null where the file names none.</param>
    public ObjectiveCase(JsonElement entry, string? tensors)
    {
        this.entry = entry;
        file = tensors is null ? null : SafetensorsFile.Open(tensors);
    }

    /// <summary>What the case shows; null for a whole micro-batch.</summary>
    public string? Kind => entry.TryGetProperty("kind", out var kind) ? kind.GetString() : null;

    /// <summary>The settings as a user would give them.</summary>
    public LoraConfig Config => entry.GetProperty("settings").EnumerateObject().Aggregate(new LoraConfig(), (config, setting) => config.With(setting.Name, setting.Value.ToString()));

    public JsonElement Inputs => entry.GetProperty("inputs");

    public JsonElement Draws => entry.GetProperty("draws");

    public JsonElement Expected => entry.GetProperty("expected");

    /// <summary>A recorded tensor: a name in the file, or a list of numbers (truth values as 0 and 1).</summary>
    public Tensor Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return tensor(value.EnumerateArray().Select(Number).ToArray());
        var name = value.GetString()!;
        return tensor(file!.ReadFloats(name)).reshape([.. file[name].Shape]);
    }

    /// <summary>Compares one entry of <see cref="Expected"/>, if the case has it.</summary>
    public void Compare(GoldenCheck check, string name, Tensor got)
    {
        if (!Expected.TryGetProperty(name, out var reference))
            return;
        var want = reference.TryGetProperty("tensor", out var key) ? file!.ReadFloats(key.GetString()!) : Numbers(reference.GetProperty("value"));
        using var values = got.detach().to(ScalarType.Float32).contiguous();
        check.Close(name, want, values.data<float>().ToArray(), reference.GetProperty("rtol").GetDouble(), reference.GetProperty("atol").GetDouble());
    }

    public void Dispose() => file?.Dispose();

    private static float[] Numbers(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Number)] : [Number(value)];

    private static float Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => value.GetSingle(),
    };
}
