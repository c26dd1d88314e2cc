using System.Globalization;

namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>Takes dotted keys apart, always at whole elements: <c>a.1</c> is no prefix of <c>a.11</c>.</summary>
internal static class KeyPath
{
    /// <summary>What follows a dotted prefix.</summary>
    public static bool TryTail(string key, string prefix, out string tail)
    {
        var found = key.Length > prefix.Length + 1 && key[prefix.Length] == '.' && key.StartsWith(prefix, StringComparison.Ordinal);
        tail = found ? key[(prefix.Length + 1)..] : "";
        return found;
    }

    /// <summary>A key of the form <c>head.number.number.tail</c>; numbers that are missing are -1 and the tail is empty.</summary>
    public static (string Head, int First, int Second, string Tail) Split(string key)
    {
        var parts = key.Split('.', 4);
        return (parts[0], Number(parts, 1), Number(parts, 2), parts.Length == 4 ? parts[3] : "");
    }

    private static int Number(string[] parts, int index) =>
        parts.Length > index && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
