using System.Text.RegularExpressions;
using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests.Architecture;

/// <summary>The product's source files.</summary>
internal static class SourceText
{
    /// <summary>Their paths, relative to the checkout.</summary>
    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(GoldenRoot.Checkout, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(GoldenRoot.Checkout, file))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("\\obj\\", StringComparison.Ordinal));

    /// <summary>The names of the files with a line of code that a pattern fits.</summary>
    public static IEnumerable<string> Where(string pattern) =>
        Files().Where(file => File.ReadLines(Path.Combine(GoldenRoot.Checkout, file)).Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(line, pattern)))
            .Select(file => Path.GetFileName(file));
}
