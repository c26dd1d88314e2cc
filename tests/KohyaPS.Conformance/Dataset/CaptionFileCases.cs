using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Caption files as bytes beside one picture: the stored caption, or a fault that names the file.</summary>
internal static class CaptionFileCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        var images = Path.Combine(folder.Path, "images");
        Directory.CreateDirectory(images);
        var image = recorded.Inputs.GetProperty("image").GetString()!;
        ScratchFolder.WritePicture(Path.Combine(images, image), 8, 8);
        foreach (var file in recorded.Inputs.GetProperty("files").EnumerateObject())
            File.WriteAllBytes(Path.Combine(images, file.Name), file.Value.GetProperty("base64").GetBytesFromBase64());

        var config = ConfigFrom.Settings(recorded.Settings);
        var classTokens = recorded.Settings.GetProperty("class_tokens").GetString();
        // A configuration takes the empty extension for "not set"; here it is meant as such.
        var settings = SubsetSettings.From(config) with { CaptionExtension = recorded.Settings.GetProperty("caption_extension").GetString() };
        var dataset = DatasetReader.Read(new DatasetSource
        {
            Subsets = [new() { Folder = images, ClassTokens = classTokens, Settings = settings }],
        });
        var caption = dataset.Images.Single().Caption;
        if (recorded.Expected.TryGetProperty("error", out _) && !recorded.Expected.TryGetProperty("right", out _))
        {
            check.True("the caption file should be a fault", caption.Fault is not null);
            check.True("the fault does not name the file", caption.Path is not null && caption.Fault!.Contains(caption.Path, StringComparison.Ordinal));
            check.True("the dataset should be refused", AssignmentCases.Refuses(() => BucketedDataset.Create(dataset)));
            return;
        }
        check.Equal("fault", null, caption.Fault);
        var isRight = recorded.Expected.TryGetProperty("right", out var right);
        check.Equal("caption", isRight ? right.GetString() : recorded.Expected.GetProperty("caption").GetString(), caption.Text);
        if (!isRight && recorded.Expected.TryGetProperty("tag_frequency", out var frequency))
            check.EqualList("tag_frequency", [.. frequency.EnumerateObject().Select(t => (t.Name, t.Value.GetInt32())).Order()],
                [.. TagFrequency.Of(dataset.Subsets.Single()).Select(t => (t.Key, t.Value)).Order()]);
    }
}
