using System.Globalization;
using System.Text;

namespace KohyaPS.Datasets;

/// <summary>Names of prepared folders, held to what every file system accepts, so that a dataset can move from one system to another.</summary>
internal static class PreparedFolderName
{
    // 255 bytes are usual; the rest is for the dot and the suffix of the copy in progress.
    private const int LargestBytes = 240;

    private const string Forbidden = "/\\:*?\"<>|";

    /// <summary>repeats_words, with one blank between the words.</summary>
    public static string Compose(int repeats, params IEnumerable<string> words) =>
        string.Create(CultureInfo.InvariantCulture, $"{repeats}_{string.Join(' ', words)}");

    /// <summary>Why a word cannot be part of a folder name, or null.</summary>
    /// <param name="word">An instance or class word, trimmed.</param>
    /// <param name="parameter">The parameter that gave it, for the message.</param>
    public static PreparationProblem? Check(string word, string parameter)
    {
        if (word.Length == 0)
            return new(PreparationProblemKind.NameMissing, parameter, $"-{parameter} is empty. Type a word, such as {(parameter == "Class" ? "-Class 'dog'" : $"-{parameter} 'shs'")}.");
        if (FirstForbidden(word) is { } character)
            return new(PreparationProblemKind.InvalidName, word,
                $"-{parameter} '{word}' holds {character}, which a folder name cannot have on every system. Leave it out.");
        if (word.EndsWith('.'))
            return new(PreparationProblemKind.InvalidName, word, $"-{parameter} '{word}' ends with a dot, which Windows cuts off folder names. Leave it out.");
        return null;
    }

    /// <summary>Why a whole name is too long, or null.</summary>
    public static PreparationProblem? CheckLength(string name) => Encoding.UTF8.GetByteCount(name) <= LargestBytes
        ? null
        : new(PreparationProblemKind.InvalidName, name, $"The folder name '{name}' is too long for a file system. Use shorter words for -Instance and -Class.");

    /// <summary>The first forbidden character in words: shown itself, or as its code where it cannot be seen.</summary>
    private static string? FirstForbidden(string word)
    {
        foreach (var rune in word.EnumerateRunes())
        {
            if (rune.IsBmp && Forbidden.Contains((char)rune.Value))
                return $"the character {rune}";
            // A lone surrogate is enumerated as U+FFFD and cannot be written as UTF-8.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
                return string.Create(CultureInfo.InvariantCulture, $"the character U+{rune.Value:X4}");
        }
        return null;
    }
}
