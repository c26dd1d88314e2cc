using System.Globalization;
using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>The trees of the dataset tools: files by name and number, whose content is some text.</summary>
internal static class ToolTree
{
    /// <summary>Makes the tree of a case: {n} in a path stands for 0 to count - 1, a path that ends with / is a folder.</summary>
    public static void Build(string root, JsonElement inputs)
    {
        foreach (var entry in inputs.GetProperty("tree").EnumerateArray())
        {
            var path = entry.GetProperty("path").GetString()!;
            if (path.EndsWith('/'))
            {
                Directory.CreateDirectory(Path.Combine(root, path));
                continue;
            }
            var isNumbered = path.Contains("{n}", StringComparison.Ordinal);
            var count = entry.TryGetProperty("count", out var given) ? given.GetInt32() : 1;
            for (var n = 0; n < count; n++)
            {
                var file = Path.Combine(root, isNumbered ? path.Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) : path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, entry.TryGetProperty("text", out var text) ? text.GetString() : path);
                File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(n + 7));
            }
        }
    }

    /// <summary>All files below a folder, relative, with forward slashes, in ordinal order.</summary>
    public static string[] Files(string root) => Relative(root, Directory.GetFiles(root, "*", Everything));

    /// <summary>All folders below a folder, in the same form.</summary>
    public static string[] Folders(string root) => Relative(root, Directory.GetDirectories(root, "*", Everything));

    private static EnumerationOptions Everything { get; } = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    private static string[] Relative(string root, string[] paths) =>
        [.. paths.Select(p => Path.GetRelativePath(root, p).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal)];
}
