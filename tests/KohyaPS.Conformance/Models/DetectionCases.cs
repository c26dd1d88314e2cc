using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Models;

/// <summary>Lists of keys, and what the file is.</summary>
internal static class DetectionCases
{
    private static readonly Dictionary<ModelKind, string> Kinds = new()
    {
        [ModelKind.Unknown] = "unknown", [ModelKind.Checkpoint] = "checkpoint", [ModelKind.Unet] = "unet", [ModelKind.Vae] = "vae",
        [ModelKind.TextEncoder] = "text-encoder", [ModelKind.Lora] = "lora", [ModelKind.TextualInversion] = "textual-inversion",
        [ModelKind.ControlNet] = "controlnet", [ModelKind.PlaygroundV25] = "playground-v2.5", [ModelKind.Sd3] = "sd3", [ModelKind.Flux] = "flux",
    };

    private static readonly Dictionary<PredictionSource, string> Sources = new()
    {
        [PredictionSource.Scheduler] = "folder", [PredictionSource.Metadata] = "metadata", [PredictionSource.VPredKey] = "v_pred key",
        [PredictionSource.GlobalStep] = "global_step", [PredictionSource.NormBias] = "norm1.bias std", [PredictionSource.Default] = "default",
        [PredictionSource.AmbiguousDefault] = "default, ambiguous",
    };

    public static IEnumerable<GoldenCase> In(string family)
    {
        var list = Path.Combine(family, "detection.json");
        if (!File.Exists(list))
            yield break;
        using var document = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var found in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var recorded = found.Clone();
            yield return new($"detection.{recorded.GetProperty("case").GetString()}", check => Replay(recorded, check));
        }
    }

    private static void Replay(JsonElement recorded, GoldenCheck check)
    {
        var tensors = recorded.GetProperty("keys").EnumerateArray().Select(k => new SafetensorsDeclaration(
            k[0].GetString()!, Dtype(k[2].GetString()!), [.. k[1].EnumerateArray().Select(d => d.GetInt64())]));
        var metadata = recorded.TryGetProperty("metadata", out var stated)
            ? stated.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!)
            : [];
        Func<string, float[]>? read = recorded.TryGetProperty("values", out var values)
            ? name => [.. values.GetProperty(name).EnumerateArray().Select(v => v.GetSingle())]
            : null;
        long? globalStep = recorded.TryGetProperty("pickle", out var pickle) ? pickle.GetProperty("global_step").GetInt64() : null;

        var got = ModelDetector.Detect(tensors, metadata, read, globalStep);

        var want = recorded.GetProperty("expected");
        check.Equal("kind", want.GetProperty("kind").GetString(), Kinds[got.Kind]);
        check.Equal("family", want.GetProperty("family").GetString(), got.Family?.ToString().ToLowerInvariant());
        check.Equal("trainable", want.GetProperty("trainable").GetBoolean(), got.IsTrainable);
        check.Equal("prediction", want.GetProperty("prediction").GetString(), got.Prediction?.ToString().ToLowerInvariant());
        // "ambiguous" without a prediction is how the list says that nothing decides.
        var source = want.GetProperty("prediction_source").GetString();
        check.Equal("prediction_source", source == "ambiguous" ? null : source, Sources.GetValueOrDefault(got.PredictionSource));
        check.Equal("inpainting", want.GetProperty("inpainting").GetBoolean(), got.Variant == ModelVariant.Inpainting);
        check.Equal("refiner", want.GetProperty("refiner").GetBoolean(), got.Variant == ModelVariant.Refiner);
        check.Equal("ema_only", want.GetProperty("ema_only").GetBoolean(), got.IsEmaOnly);
        check.EqualList("missing", [.. want.GetProperty("missing").EnumerateArray().Select(m => m.GetString()!).Order(StringComparer.Ordinal)],
            [.. got.Missing.Select(m => m.FolderName()).Order(StringComparer.Ordinal)]);
        check.Equal("has_ema", Flag(want, "has_ema") || Flag(want, "ema_only"), got.HasEma);
        check.Equal("fp8", Flag(want, "fp8"), got.IsFp8);
        check.Equal("scaled_fp8", Flag(want, "scaled_fp8"), got.IsScaledFp8);
        check.Equal("ztsnr", Flag(want, "ztsnr"), got.HasZeroTerminalSnr);
        if (want.TryGetProperty("variant", out var variant))
            check.Equal("variant", variant.GetString()!.Replace("-", "", StringComparison.Ordinal), got.Variant.ToString().ToLowerInvariant());
        if (want.TryGetProperty("layout", out var layout))
            check.Equal("layout", layout.GetString() == "diffusers", got.IsDiffusersLayout);
    }

    private static bool Flag(JsonElement expected, string name) => expected.TryGetProperty(name, out var flag) && flag.GetBoolean();

    private static SafetensorsDtype Dtype(string name) =>
        SafetensorsDtypes.TryParse(name, out var dtype) ? dtype : throw new InvalidDataException($"unknown dtype {name}");
}
