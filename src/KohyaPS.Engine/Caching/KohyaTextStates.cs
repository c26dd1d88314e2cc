using System.Text;
using System.Text.Json;
using KohyaPS.Engine.Caching.Npz;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>What the two text encoders of SDXL say of a caption, as sd-scripts keeps it in .npz files.</summary>
/// <param name="States1">[L, C1] of the first encoder.</param>
/// <param name="States2">[L, C2] of the second.</param>
/// <param name="Pooled2">[C2] the text as one vector.</param>
/// <param name="Origin">SHA-256 of the caption and of what made the states; null in files of sd-scripts.</param>
internal sealed record KohyaTextStates(Tensor States1, Tensor States2, Tensor Pooled2, string? Origin = null)
{
    private const string OriginMember = "kohyaps.json";

    /// <summary>Reads a file; the tensors are float32, or float16 where they are stored so, in the caller's dispose scope.</summary>
    /// <returns>Null where it is missing, damaged or no such file.</returns>
    public static KohyaTextStates? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            var (arrays, others) = NpzFile.Read(path);
            var origin = others.TryGetValue(OriginMember, out var text) ? JsonSerializer.Deserialize<string>(text) : null;
            return Find(arrays, "hidden_state1", 2) is { } first && Find(arrays, "hidden_state2", 2) is { } second && Find(arrays, "pool2", 1) is { } pooled
                && first.size(0) == second.size(0)
                ? new(first, second, pooled, origin)
                : null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the file. Half precision stays; brain floats, which NumPy does not know, are widened.</summary>
    public void Write(string path) => NpzFile.Write(path,
        [new("hidden_state1", Array(States1)), new("hidden_state2", Array(States2)), new("pool2", Array(Pooled2))],
        Origin is null ? [] : [new(OriginMember, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Origin)))]);

    private static Tensor? Find(IReadOnlyDictionary<string, NpyArray> arrays, string name, int dimensions)
    {
        if (!arrays.TryGetValue(name, out var array) || array.Shape.Count != dimensions || array.Floats() is not { } values || !System.Array.TrueForAll(values, float.IsFinite))
            return null;
        var read = tensor(values).view([.. array.Shape]);
        return array.Descriptor == "<f2" ? read.to(float16) : read;
    }

    private static NpyArray Array(Tensor states)
    {
        using var scope = NewDisposeScope();
        var stored = states.detach().cpu().contiguous();
        return stored.dtype == ScalarType.Float16
            ? NpyArray.Of(stored.shape, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(stored.bytes))
            : NpyArray.Of(stored.shape, stored.to(float32).data<float>().ToArray());
    }
}
