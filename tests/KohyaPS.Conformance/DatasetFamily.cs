using System.Text.Json;
using KohyaPS.Conformance.Dataset;

namespace KohyaPS.Conformance;

/// <summary>From folders of files to training batches, and the dataset tools.</summary>
public sealed class DatasetFamily : GoldenFamily
{
    // What replays the cases of a file, by its folder and the beginning of its name.
    private static readonly Dictionary<string, Action<DatasetCase, GoldenCheck>> Replays = new()
    {
        ["balance/balancing"] = BalanceCases.Replay,
        ["balance/preparation"] = PreparationCases.Replay,
        ["buckets/assignments"] = AssignmentCases.Replay,
        ["buckets/batches"] = BatchCases.Replay,
        ["buckets/validation_split"] = SplitCases.Replay,
        ["caches/cacheable"] = CacheCases.ReplayCacheable,
        ["caches/latents"] = LatentCacheCases.Replay,
        ["caches/names"] = CacheCases.ReplayName,
        ["caches/text_encoder_outputs"] = CacheCases.ReplayText,
        ["caches/validity"] = CacheCases.ReplayValidity,
        ["captions/caption_files"] = CaptionFileCases.Replay,
        ["captions/process_caption"] = CaptionCases.Replay,
        ["folders/dataset_config"] = ConfigCases.Replay,
        ["folders/metadata_json"] = MetadataCases.Replay,
        ["folders/trees"] = TreeCases.Replay,
        ["images/conditioning"] = MaskCases.ReplayConditioning,
        ["images/masked_loss"] = MaskCases.ReplayLoss,
        ["images/color_aug"] = AugmentationCases.ReplayColor,
        ["images/decode"] = DecodeCases.Replay,
        ["images/face_crop"] = AugmentationCases.ReplayFace,
        ["images/resize"] = ResizeCases.Replay,
        ["images/samples"] = SampleCases.Replay,
    };

    /// <inheritdoc/>
    public override string Name => "dataset";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var group in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            foreach (var path in Directory.EnumerateFiles(group, "*.json").Order(StringComparer.Ordinal))
            {
                var document = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
                if (!document.TryGetProperty("cases", out var cases))
                    continue;
                var kind = $"{Path.GetFileName(group)}/{Path.GetFileNameWithoutExtension(path)}";
                foreach (var recorded in cases.EnumerateArray())
                {
                    var found = new DatasetCase(path, document, recorded);
                    yield return new($"{kind}.{found.Name}", check => Replay(kind, found, check));
                }
            }
    }

    private static void Replay(string kind, DatasetCase recorded, GoldenCheck check)
    {
        var replay = Replays.Where(known => kind.StartsWith(known.Key, StringComparison.Ordinal)).OrderBy(known => known.Key.Length).LastOrDefault().Value
            ?? throw new GoldenSkipException($"arrives with a later issue: {kind}");
        replay(recorded, check);
    }
}
