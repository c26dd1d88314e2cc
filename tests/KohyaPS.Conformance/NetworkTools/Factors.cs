using System.Text.Json;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>Compares the two factors of decomposed modules.</summary>
internal static class Factors
{
    // A half's rounding of the clamped numbers, and what one place in the order of the values makes.
    private const double HalfStep = 1e-2;

    private static readonly Dictionary<string, SafetensorsDtype> Dtypes = new()
    {
        ["float32"] = SafetensorsDtype.F32, ["float16"] = SafetensorsDtype.F16, ["bfloat16"] = SafetensorsDtype.BF16,
    };

    /// <summary>Shapes, types and alpha of a module.</summary>
    public static void CompareForm(JsonProperty module, SafetensorsFile got, GoldenCheck check, string dtype)
    {
        foreach (var (key, shape) in new[] { ("lora_up.weight", "up_shape"), ("lora_down.weight", "down_shape") })
        {
            var entry = got[$"{module.Name}.{key}"];
            check.EqualList($"{entry.Name} shape", [.. module.Value.GetProperty(shape).EnumerateArray().Select(d => d.GetInt64())], entry.Shape);
            check.Equal($"{entry.Name} type", Dtypes[dtype], entry.Dtype);
        }
        var alpha = got[$"{module.Name}.alpha"];
        check.Equal($"{alpha.Name} type", Dtypes[dtype], alpha.Dtype);
        check.Equal(alpha.Name, module.Value.TryGetProperty("alpha", out var want) ? want.GetSingle() : module.Value.GetProperty("rank").GetSingle(), got.ReadFloats(alpha.Name)[0]);
    }

    /// <summary>Up times down of a module against a tensor of the group.</summary>
    public static void CompareProduct(JsonProperty module, string name, SafetensorsFile got, SafetensorsFile tensors, GoldenCheck check)
    {
        var reference = module.Value.GetProperty(name);
        check.Close($"{module.Name} {name}", tensors.ReadFloats(reference.GetProperty("tensor").GetString()!), Product(got, $"{module.Name}.lora_up.weight", $"{module.Name}.lora_down.weight"),
            GoldenTensors.Tolerance(reference, "rtol"), GoldenTensors.Tolerance(reference, "atol"));
    }

    /// <summary>The clamp cuts at the quantile of the factors before it.</summary>
    public static void CompareClamp(string module, SafetensorsFile saved, SafetensorsFile unclamped, double quantile, GoldenCheck check)
    {
        float[] before = [.. unclamped.ReadFloats($"{module}.lora_up.weight"), .. unclamped.ReadFloats($"{module}.lora_down.weight")];
        float[] after = [.. saved.ReadFloats($"{module}.lora_up.weight"), .. saved.ReadFloats($"{module}.lora_down.weight")];
        using var values = tensor(before);
        var limit = FactorClamp.Quantile(values, quantile);
        check.Close($"{module} clamped", [.. before.Select(v => Math.Clamp(v, -limit, limit))], [.. after.Select(v => (double)v)], HalfStep, 1e-4);
    }

    /// <summary>Up times down, flattened, in double precision.</summary>
    public static float[] Product(SafetensorsFile file, string up, string down)
    {
        float[] u = file.ReadFloats(up), d = file.ReadFloats(down);
        int rank = (int)file[down].Shape[0], rows = u.Length / rank, columns = d.Length / rank;
        var product = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < rank; k++)
                    sum += (double)u[(i * rank) + k] * d[(k * columns) + j];
                product[(i * columns) + j] = (float)sum;
            }
        }
        return product;
    }
}
