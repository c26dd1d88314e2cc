namespace KohyaPS.Datasets;

/// <summary>Finds the mask of each picture: the picture of the same stem in a folder of masks.</summary>
internal sealed class MaskLookup
{
    private readonly Dictionary<string, string> byStem = new(StringComparer.Ordinal);

    /// <param name="folder">The folder of masks; one that does not exist holds none.</param>
    public MaskLookup(string folder)
    {
        Folder = folder;
        if (!Directory.Exists(folder))
            return;
        foreach (var name in SubsetReader.FilesIn(folder).Where(ImageFiles.IsListed).Order(ImageFiles.Order))
            byStem.TryAdd(Path.GetFileNameWithoutExtension(name), name);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Full path of the mask of a picture, or null.</summary>
    public string? FileOf(string imageName) => byStem.TryGetValue(Path.GetFileNameWithoutExtension(imageName), out var name) ? Path.Combine(Folder, name) : null;

    /// <summary>Why a mask cannot be used for its picture, or null.</summary>
    public static string? FaultOf(string mask, TrainingImage image)
    {
        try
        {
            var header = ImageHeader.Read(mask);
            var size = image.Subset.Settings.ApplyOrientation ? header.UprightSize : header.StoredSize;
            return size == image.Size ? null : $"The mask '{mask}' has {size} pixels, its picture {image.Size}. Give it the size of the picture.";
        }
        catch (DatasetException fault)
        {
            return fault.Message;
        }
    }
}
