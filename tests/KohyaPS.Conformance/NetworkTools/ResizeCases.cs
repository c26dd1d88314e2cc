using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>Networks resized: ranks, alphas, what was kept, and what the peer prints about it.</summary>
internal static partial class ResizeCases
{
    private static readonly Dictionary<SafetensorsDtype, string> Names = new()
    {
        [SafetensorsDtype.F32] = "float32", [SafetensorsDtype.F16] = "float16", [SafetensorsDtype.BF16] = "bfloat16",
    };

    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var (method, parameter) = (Method(recorded.Setting("dynamic_method")?.GetString()), recorded.Setting("dynamic_param")?.GetDouble() ?? 0);
            var target = Path.Combine(scratch, recorded.Settings.GetProperty("save_to").GetString()!);
            var resized = LoraResize.Run(new(recorded.Materialize(recorded.Inputs.GetProperty("model"), scratch), target, recorded.Settings.GetProperty("new_rank").GetInt32())
            {
                ConvRank = recorded.Setting("new_conv_rank")?.GetInt32(),
                Method = method,
                Parameter = parameter,
                Precision = recorded.Precision("save_precision") ?? SavePrecision.Float,
            });
            using var saved = SafetensorsFile.Open(target);
            using var tensors = recorded.Tensors();
            var modules = recorded.Expected.GetProperty("modules");
            CompareModules(modules, resized, saved, tensors, check);
            var types = recorded.Value("keys_and_dtypes").EnumerateObject().Select(k => $"{k.Name}: {k.Value.GetString()}").Order(StringComparer.Ordinal);
            check.EqualList("keys and types", [.. types], [.. saved.Entries.Select(e => $"{e.Name}: {Names[e.Dtype]}").Order(StringComparer.Ordinal)]);
            ToolMetadata.Compare(recorded.Value("metadata"), saved.Metadata, check);
            CompareText(recorded.Value("verbose_text").GetString()!, Text(resized, method), check);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    public static void ReplayRankRules(NetworkToolCase recorded, GoldenCheck check)
    {
        var table = recorded.Table(recorded.Inputs.GetProperty("rows"));
        var spectra = table.GetProperty("spectra").EnumerateArray().Select(s => s.EnumerateArray().Select(v => v.GetSingle()).ToArray()).ToList();
        var scale = table.GetProperty("scale").GetDouble();
        foreach (var row in table.GetProperty("rows").EnumerateArray())
        {
            var (values, most, result) = (spectra[row[0].GetInt32()], row[3].GetInt32(), row[4]);
            using var spectrum = tensor(values);
            var got = new RankRule(Method(row[1].GetString()), row[2].ValueKind == JsonValueKind.Number ? row[2].GetDouble() : 0).Choose(spectrum, most);
            var what = $"spectrum {row[0]} {row[1]} {row[2]} at most {most}";
            // Where the peer looks for a value beyond the last one and fails, the rank is that of the matrix.
            if (result.TryGetProperty("error", out _))
                check.Equal(what, Math.Min(values.Length, most), got);
            else
                check.Equal(what, result.GetProperty("new_rank").GetInt64(), got);
            if (result.TryGetProperty("new_alpha", out var alpha))
                check.Equal($"{what} alpha", alpha.GetDouble(), scale * got);
        }
    }

    private static RankMethod Method(string? name) => name switch
    {
        "sv_ratio" => RankMethod.Ratio,
        "sv_fro" => RankMethod.Frobenius,
        "sv_cumulative" => RankMethod.Cumulative,
        _ => RankMethod.Fixed,
    };

    private static void CompareModules(JsonElement expected, ResizedNetwork resized, SafetensorsFile saved, SafetensorsFile tensors, GoldenCheck check)
    {
        double rtol = GoldenTensors.Tolerance(expected, "rtol"), atol = GoldenTensors.Tolerance(expected, "atol");
        var wanted = expected.GetProperty("value");
        check.EqualList("modules", [.. wanted.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal)], [.. resized.Modules.Select(m => m.Name).Order(StringComparer.Ordinal)]);
        foreach (var module in wanted.EnumerateObject())
        {
            var got = resized.Modules.Single(m => m.Name == module.Name);
            string up = module.Value.GetProperty("up_key").GetString()!, down = module.Value.GetProperty("down_key").GetString()!;
            check.Equal($"{module.Name} rank", module.Value.GetProperty("new_rank").GetDouble(), got.Dim);
            check.Close($"{module.Name} alpha", module.Value.GetProperty("new_alpha").GetDouble(), got.Alpha, rtol, atol);
            check.Close($"{module.Name} sum", Number(module.Value, "sum_retained"), got.SumRetained, rtol, atol);
            check.Close($"{module.Name} fro", Number(module.Value, "fro_retained"), got.FroRetained, rtol, atol);
            // A noise value of a few 1e-7 stands in the denominator where the kept rank exceeds that of the module.
            if (Number(module.Value, "max_ratio") is not > 1e5)
                check.Close($"{module.Name} ratio", Number(module.Value, "max_ratio"), got.MaxRatio, rtol, atol);
            check.EqualList($"{up} shape", [.. module.Value.GetProperty("up_shape").EnumerateArray().Select(d => d.GetInt64())], saved[up].Shape);
            check.EqualList($"{down} shape", [.. module.Value.GetProperty("down_shape").EnumerateArray().Select(d => d.GetInt64())], saved[down].Shape);
            check.Close($"{module.Name} saved alpha", module.Value.GetProperty("saved_alpha").GetDouble(), saved.ReadFloats($"{module.Name}.alpha")[0], rtol, atol);
            var product = module.Value.GetProperty("product");
            check.Close($"{module.Name} product", tensors.ReadFloats(product.GetProperty("tensor").GetString()!), Factors.Product(saved, up, down), GoldenTensors.Tolerance(product, "rtol"), GoldenTensors.Tolerance(product, "atol"));
        }
    }

    private static double Number(JsonElement module, string name) => module.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;

    // As the peer prints it.
    private static string Text(ResizedNetwork resized, RankMethod method)
    {
        static string Fixed(double value, int digits) => double.IsNaN(value) ? "nan" : value.ToString($"F{digits}", CultureInfo.InvariantCulture);
        var lines = resized.Modules.Select(m =>
            $"{m.Name.PadRight(75)} | sum(S) retained: {Fixed(100 * m.SumRetained, 1)}%, fro retained: {Fixed(100 * m.FroRetained, 1)}%, max(S) ratio: {Fixed(m.MaxRatio, 1)}"
            + (method == RankMethod.Fixed ? "" : $", dynamic | dim: {m.Dim}, alpha: {(m.Alpha % 1 == 0 ? Fixed(m.Alpha, 1) : m.Alpha.ToString(CultureInfo.InvariantCulture))}"));
        return $"\n{string.Join('\n', lines)}\n\nAverage Frobenius norm retention: {Fixed(100 * resized.MeanFroRetained, 2)}% | std: {Fixed(resized.DeviationOfFroRetained, 3)}\n";
    }

    // Exact, but for one in the last printed digit of a rounded number.
    private static void CompareText(string want, string got, GoldenCheck check)
    {
        check.Equal("text without numbers", Numbers().Replace(want.TrimEnd(), "#"), Numbers().Replace(got.TrimEnd(), "#"));
        var (wanted, gotten) = (Numbers().Matches(want).Select(m => m.Value).ToList(), Numbers().Matches(got).Select(m => m.Value).ToList());
        for (var i = 0; i < Math.Min(wanted.Count, gotten.Count); i++)
        {
            var digits = wanted[i].Length - wanted[i].IndexOf('.', StringComparison.Ordinal) - 1;
            var (a, b) = (double.Parse(wanted[i], CultureInfo.InvariantCulture), double.Parse(gotten[i], CultureInfo.InvariantCulture));
            // Ratios to a value that is noise are noise.
            if (a < 1e5)
                check.Close($"printed number {i}", a, b, rtol: 0, atol: 1.01 * Math.Pow(10, -digits));
        }
    }

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Numbers();
}
