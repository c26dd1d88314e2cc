using KohyaPS.Conformance.Models;

namespace KohyaPS.Conformance;

/// <summary>Architectures and checkpoint layouts.</summary>
public sealed class ModelsFamily : GoldenFamily
{
    // What stands in files of its own form; each takes the family's folder.
    private static readonly Func<string, IEnumerable<GoldenCase>>[] Sources =
    [
        SafetensorsCases.In,
        DetectionCases.In,
        PickleCases.In,
        LayoutCases.In,
    ];

    // What replays a file of cases/ or full/, by its "kind".
    private static readonly Dictionary<string, Action<ModelCase, GoldenCheck>> Replays = new()
    {
        ["conditioning"] = ConditioningCases.Replay,
        ["full-text"] = FullSizeCases.ReplayText,
        ["full-unet"] = FullSizeCases.ReplayUnet,
        ["full-vae"] = FullSizeCases.ReplayVae,
        ["posterior"] = VaeCases.ReplayPosterior,
        ["save"] = SaveCases.Replay,
        ["size-embedding"] = EmbeddingCases.ReplaySizes,
        ["text"] = TextCases.Replay,
        ["text-gradients"] = TextCases.ReplayGradients,
        ["timestep-embedding"] = EmbeddingCases.ReplayTimesteps,
        ["unet"] = UnetCases.Replay,
        ["vae-decode"] = VaeCases.ReplayDecode,
        ["vae-encode"] = VaeCases.ReplayEncode,
        ["vae-half"] = VaeCases.ReplayHalf,
    };

    /// <inheritdoc/>
    public override string Name => "models";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var found in Sources.SelectMany(source => source(folder)))
            yield return found;
        foreach (var sub in new[] { "cases", "full" }.Select(s => Path.Combine(folder, s)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(sub, "*.json").Order(StringComparer.Ordinal))
            {
                yield return new(Path.GetFileNameWithoutExtension(file), check =>
                {
                    using var recorded = new ModelCase(folder, file);
                    if (!Replays.TryGetValue(recorded.Kind, out var replay))
                        throw new GoldenSkipException($"arrives with a later issue: cases of kind '{recorded.Kind}'");
                    replay(recorded, check);
                }, IsFull: Path.GetFileName(sub) == "full");
            }
        }
    }
}
