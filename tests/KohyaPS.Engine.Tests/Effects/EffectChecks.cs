using System.Text.RegularExpressions;

namespace KohyaPS.Engine.Tests.Effects;

/// <summary>
/// What a line of Effects.txt may ask to see. losses, weights, rates, shapes: they differ. same: losses and weights are equal bit by bit. alike:
/// losses are equal up to rounding. progress: encoding pictures takes other steps. meta:key=value (or value*), nometa:key, type:F16, file:pattern, gone:pattern (below the output folder), made:pattern (below the studio), log:text:
/// so with the change, and not so without. refused:text: the change is refused with these words.
/// </summary>
internal static class EffectChecks
{
    public static void Check(string shows, EffectRun plain, EffectRun changed, string root)
    {
        var (kind, what) = shows.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? (shows[..colon], shows[(colon + 1)..]) : (shows, "");
        switch (kind)
        {
            case "losses":
                Assert.NotEqual(plain.Losses, changed.Losses);
                break;
            case "weights":
                Assert.NotEqual(plain.Weights, changed.Weights);
                break;
            case "rates":
                Assert.NotEqual(plain.Rates, changed.Rates);
                break;
            case "shapes":
                Assert.NotEqual(plain.Shapes, changed.Shapes);
                break;
            case "same":
                Assert.Equal(plain.Losses, changed.Losses);
                Assert.Equal(plain.Weights, changed.Weights);
                break;
            case "alike":
                Assert.Equal(plain.Losses.Count, changed.Losses.Count);
                Assert.All(plain.Losses.Zip(changed.Losses), pair => Assert.Equal(pair.First, pair.Second, 2e-3 * Math.Abs(pair.First)));
                break;
            case "meta":
                Differ(what, run => HasMetadata(run, what), plain, changed);
                break;
            case "nometa":
                Differ(what, run => !run.Metadata.ContainsKey(what), plain, changed);
                break;
            case "type":
                Differ(what, run => run.Types.SequenceEqual([what]), plain, changed);
                break;
            case "file":
                Differ(what, run => run.Files.Any(Named(what)), plain, changed);
                break;
            case "gone":
                Differ(what, run => !run.Files.Any(Named(what)), plain, changed);
                break;
            case "progress":
                Assert.NotEqual(plain.Progress, changed.Progress);
                break;
            case "log":
                Differ(what, run => run.Log.Contains(what, StringComparison.Ordinal), plain, changed);
                break;
            case "made":
                Assert.Contains(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f).Replace('\\', '/')), f => Named(what)(f));
                break;
            default:
                Assert.Fail($"Effects.txt asks for '{shows}', which is unknown.");
                break;
        }
    }

    private static Func<string, bool> Named(string pattern) => new Regex("^" + Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal) + "$").IsMatch;

    private static bool HasMetadata(EffectRun run, string pair)
    {
        var parts = pair.Split('=', 2);
        return run.Metadata.TryGetValue(parts[0], out var value)
            && (parts[1].EndsWith('*') ? value.StartsWith(parts[1][..^1], StringComparison.Ordinal) : value == parts[1]);
    }

    private static void Differ(string what, Func<EffectRun, bool> holds, EffectRun plain, EffectRun changed)
    {
        Assert.True(holds(changed), $"The change does not show '{what}'.");
        Assert.False(holds(plain), $"'{what}' is to be seen without the change, too.");
    }
}
