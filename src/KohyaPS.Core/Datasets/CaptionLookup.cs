namespace KohyaPS.Datasets;

/// <summary>Finds the caption of each picture of a folder among the files that lie there.</summary>
/// <param name="files">The names of all files in the folder.</param>
/// <param name="extension">Extension of caption files, with its dot; empty for none.</param>
internal sealed class CaptionLookup(IReadOnlySet<string> files, string extension)
{
    private const int FaceNumbers = 4;

    /// <summary>The caption file's name, or null: the picture's stem with the extension, or for stem_cx_cy_w_h also the bare stem.</summary>
    public string? FileOf(string imageName)
    {
        var stem = Path.GetFileNameWithoutExtension(imageName);
        if (files.Contains(stem + extension))
            return stem + extension;
        return FaceStem(stem) is { } bare && files.Contains(bare + extension) ? bare + extension : null;
    }

    /// <summary>The stem without the four numbers that face detectors append, or null where it does not end in four numbers.</summary>
    public static string? FaceStem(string stem)
    {
        var pieces = stem.Split('_');
        if (pieces.Length <= FaceNumbers || !pieces[^FaceNumbers..].All(piece => piece.Length > 0 && piece.All(char.IsAsciiDigit)))
            return null;
        return string.Join('_', pieces[..^FaceNumbers]);
    }

    /// <summary>With its dot: "txt" is ".txt".</summary>
    public static string Normalize(string extension) => extension.Length == 0 || extension[0] == '.' ? extension : "." + extension;

    /// <summary>Of .txt and .caption the one that covers more of the pictures; .txt where neither does more.</summary>
    public static string Detect(IReadOnlySet<string> files, IReadOnlyCollection<string> imageNames)
    {
        int Covered(string extension)
        {
            var lookup = new CaptionLookup(files, extension);
            return imageNames.Count(name => lookup.FileOf(name) is not null);
        }
        return Covered(".caption") > Covered(".txt") ? ".caption" : ".txt";
    }
}
