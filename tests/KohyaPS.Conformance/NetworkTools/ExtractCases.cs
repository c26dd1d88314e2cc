using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>LoRAs extracted from two checkpoints.</summary>
internal static class ExtractCases
{
    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var quantile = recorded.Settings.GetProperty("clamp_quantile").GetDouble();
            var request = new ExtractRequest(
                recorded.Materialize(recorded.Inputs.GetProperty("model_org"), scratch), recorded.Materialize(recorded.Inputs.GetProperty("model_tuned"), scratch),
                Path.Combine(scratch, recorded.Settings.GetProperty("save_to").GetString()!), recorded.Settings.GetProperty("dim").GetInt32())
            {
                ConvRank = recorded.Setting("conv_dim")?.GetInt32(),
                ClampQuantile = quantile,
                MinimumDifference = recorded.Settings.GetProperty("min_diff").GetDouble(),
                Precision = recorded.Precision("save_precision") ?? SavePrecision.Float,
                LoadPrecision = recorded.Precision("load_precision"),
                Family = Enum.Parse<ModelFamily>(recorded.Settings.GetProperty("model_type").GetString()!, ignoreCase: true),
                Prediction = recorded.Setting("v_parameterization") is { } v ? v.GetBoolean() ? ModelPrediction.V : ModelPrediction.Epsilon : null,
                OmitsMetadata = recorded.Settings.GetProperty("no_metadata").GetBoolean(),
                Clock = ToolMetadata.Clock(recorded.Value("metadata")),
            };
            var exact = request with { Destination = Path.Combine(scratch, "exact.safetensors"), ClampQuantile = null, Precision = SavePrecision.Float };
            LoraExtraction.Run(request);
            LoraExtraction.Run(exact);
            using var saved = SafetensorsFile.Open(request.Destination);
            using var unclamped = SafetensorsFile.Open(exact.Destination);
            Compare(recorded, saved, unclamped, quantile, check);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Compare(NetworkToolCase recorded, SafetensorsFile saved, SafetensorsFile unclamped, double quantile, GoldenCheck check)
    {
        using var tensors = recorded.Tensors();
        var form = recorded.Value("keys_and_dtypes");
        var dtype = form.GetProperty("dtypes")[0].GetString()!;
        check.Equal("keys", form.GetProperty("count").GetInt32(), saved.Entries.Count);
        check.Equal("text encoder", recorded.Value("has_text_encoder").GetBoolean(), saved.Entries.Any(e => e.Name.StartsWith("lora_te", StringComparison.Ordinal)));
        foreach (var module in recorded.Value("modules").EnumerateObject())
        {
            Factors.CompareForm(module, saved, check, dtype);
            if (module.Value.TryGetProperty("zero_difference", out var zero) && zero.GetBoolean())
            {
                check.True($"{module.Name} changes something", saved.ReadFloats($"{module.Name}.lora_up.weight").All(v => v == 0));
                continue;
            }
            Factors.CompareProduct(module, "product", unclamped, tensors, check);
            Factors.CompareClamp(module.Name, saved, unclamped, quantile, check);
        }
        ToolMetadata.Compare(recorded.Value("metadata"), saved.Metadata, check);
    }
}
