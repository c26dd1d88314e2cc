using System.Text.Json;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>LoRAs merged by singular values. The factors' signs are free, so that their product is compared, before the clamp.</summary>
internal static class SvdMergeCases
{
    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var metadata = recorded.Value("metadata");
            var request = new LoraMergeRequest(MergeLoraCases.Networks(recorded, scratch), Path.Combine(scratch, metadata.GetProperty("modelspec.title").GetString() + ".safetensors"))
            {
                Method = LoraMergeMethod.Svd,
                Rank = recorded.Settings.GetProperty("new_rank").GetInt32(),
                ConvRank = recorded.Setting("new_conv_rank")?.GetInt32(),
                ClampQuantile = recorded.Settings.GetProperty("clamp_quantile").GetDouble(),
                MergePrecision = recorded.Precision("precision") ?? SavePrecision.Float,
                Precision = recorded.Precision("save_precision"),
                Clock = ToolMetadata.Clock(metadata),
            };
            var exact = request with { Destination = Path.Combine(scratch, "exact.safetensors"), ClampQuantile = null, Precision = SavePrecision.Float };
            var whole = exact with { Destination = Path.Combine(scratch, "whole.safetensors"), Rank = 4096, ConvRank = 4096 };
            LoraMerge.Run(request);
            LoraMerge.Run(exact);
            LoraMerge.Run(whole);
            using var saved = SafetensorsFile.Open(request.Destination);
            using var unclamped = SafetensorsFile.Open(exact.Destination);
            using var complete = SafetensorsFile.Open(whole.Destination);
            using var tensors = recorded.Tensors();
            var modules = recorded.Value("modules");
            check.EqualList("modules", [.. modules.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal)],
                [.. saved.Entries.Select(e => e.Name.Split('.')[0]).Distinct().Order(StringComparer.Ordinal)]);
            foreach (var module in modules.EnumerateObject())
            {
                Factors.CompareForm(module, saved, check, recorded.Value("up_down_dtype").GetString()!);
                Factors.CompareProduct(module, "product", unclamped, tensors, check);
                Factors.CompareClamp(module.Name, saved, unclamped, request.ClampQuantile!.Value, check);
                var singular = module.Value.GetProperty("singular_values").EnumerateArray().Select(v => v.GetDouble()).ToList();
                // The merged change itself, where no channel count limits the rank of the whole.
                if (complete[$"{module.Name}.lora_down.weight"].Shape[0] >= singular.Count)
                    Factors.CompareProduct(module, "merged", complete, tensors, check);
            }
            ToolMetadata.Compare(metadata, saved.Metadata, check);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
