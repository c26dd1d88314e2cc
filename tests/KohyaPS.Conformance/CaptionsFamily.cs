using System.Text.Json;
using KohyaPS.Conformance.Dataset;
using KohyaPS.Datasets;

namespace KohyaPS.Conformance;

/// <summary>Caption files as people have them: what is stored, and what becomes of it with shuffling that keeps the order.</summary>
public sealed class CaptionsFamily() : RealInputFamily("captions")
{
    protected override void Replay(string path, JsonElement expected, GoldenCheck check)
    {
        var ours = expected.GetProperty("kohyaps");
        foreach (var enableWildcard in new[] { false, true })
        {
            var peer = expected.GetProperty(enableWildcard ? "enable_wildcard" : "plain");
            var what = enableWildcard ? "enable_wildcard" : "plain";
            var stored = CaptionFile.Read(path, enableWildcard);
            if (!ours.TryGetProperty("caption", out var right) || right.ValueKind == JsonValueKind.Null)
            {
                check.True($"{what}: should be a fault that names the file", stored.Fault?.Contains(Path.GetFileName(path), StringComparison.Ordinal) == true);
                CompareBadByte(ours.GetProperty("encoding").GetString()!, stored, check);
                continue;
            }
            check.Equal($"{what}: fault", null, stored.Fault);
            if (!enableWildcard)
                check.Equal($"{what}: caption", right.GetString(), stored.Text);
            if (peer.TryGetProperty("error", out _) || stored.Encoding == "utf-8-bom")
                continue;
            check.Equal($"{what}: stored", peer.GetProperty("caption").GetString(), stored.Text);
            ComparePrepared(what, stored, enableWildcard, expected, peer, check);
        }
    }

    private static void CompareBadByte(string encoding, ImageCaption stored, GoldenCheck check)
    {
        const string Mark = "first bad byte at ";
        if (encoding.Contains(Mark, StringComparison.Ordinal))
            check.True("the fault names another byte", stored.Fault!.Contains($"byte {encoding[(encoding.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..]} ", StringComparison.Ordinal));
    }

    private static void ComparePrepared(string what, ImageCaption stored, bool enableWildcard, JsonElement expected, JsonElement peer, GoldenCheck check)
    {
        var config = ConfigFrom.Settings(expected.GetProperty("options")).With("shuffle_caption", true).With("enable_wildcard", enableWildcard);
        var draws = new FirstDraws();
        var made = new CaptionRecipe(SubsetSettings.From(config), tokenWarmupSteps: 0).Make(stored.Text, epoch: 1, step: 0, draws);
        check.Equal($"{what}: processed", peer.GetProperty("processed").GetString(), made);
        if (peer.TryGetProperty("choices_asked", out var asked))
            check.EqualList($"{what}: choices asked", [.. asked.EnumerateArray().Select(choices => choices.GetArrayLength())], draws.Choices);
    }

    // Every choice takes the first, a shuffle keeps the order.
    private sealed class FirstDraws : ISampleDraws
    {
        public List<int> Choices { get; } = [];

        public double Next() => 0;

        public int Between(int low, int high) => low;

        public double Uniform(double low, double high) => low;

        public int Choose(int count)
        {
            Choices.Add(count);
            return 0;
        }

        public void Shuffle<T>(IList<T> items)
        {
        }
    }
}
