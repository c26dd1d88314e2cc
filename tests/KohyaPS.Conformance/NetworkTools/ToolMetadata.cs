using System.Globalization;
using System.Text.Json;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>What the metadata of a tool's output are compared by.</summary>
internal static class ToolMetadata
{
    // The peer wrote its own version there, which ours is not.
    private const string Version = "modelspec.implementation_version";
    private static readonly string[] Hashes = ["sshs_model_hash", "sshs_legacy_hash"];

    /// <summary>Compares all entries but the version, and but the hashes unless they are given.</summary>
    public static void Compare(JsonElement want, IReadOnlyDictionary<string, string> got, GoldenCheck check, JsonElement? hashes = null)
    {
        bool Counts(string name) => name != Version && !Hashes.Contains(name);
        check.EqualList("metadata",
            [.. want.EnumerateObject().Where(m => Counts(m.Name)).Select(m => $"{m.Name}={m.Value.GetString()}").Order(StringComparer.Ordinal)],
            [.. got.Where(m => Counts(m.Key)).Select(m => $"{m.Key}={m.Value}").Order(StringComparer.Ordinal)]);
        foreach (var hash in Hashes)
        {
            check.True($"{hash} is missing", got.ContainsKey(hash));
            if (hashes is { } right)
                check.Equal(hash, right.GetProperty(hash).GetString(), got.GetValueOrDefault(hash));
        }
    }

    /// <summary>A clock that stands at the date of the recorded metadata.</summary>
    public static TimeProvider Clock(JsonElement metadata) => new StoppedClock(metadata);

    private sealed class StoppedClock(JsonElement metadata) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => metadata.TryGetProperty("modelspec.date", out var date)
            ? DateTimeOffset.Parse(date.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : DateTimeOffset.UnixEpoch;
    }
}
