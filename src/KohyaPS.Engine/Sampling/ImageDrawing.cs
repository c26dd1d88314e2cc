using KohyaPS.Engine.Imaging;

namespace KohyaPS.Engine.Sampling;

/// <summary>Draws pictures to files: the engine's door for cmdlets.</summary>
public static class ImageDrawing
{
    /// <summary>Draws every prompt, with the bare model first where that is asked for, and reports each picture as soon as it is written.</summary>
    /// <param name="request">What to draw.</param>
    /// <param name="includeBase">Also draws without the LoRA, for comparison.</param>
    /// <param name="folder">Where the pictures go.</param>
    /// <param name="grid">File for all pictures on one sheet, a row without and a row with the LoRA; null for none.</param>
    /// <param name="written">Told of each picture.</param>
    /// <param name="stop">Ends the work.</param>
    public static void Draw(GenerationRequest request, bool includeBase, string folder, string? grid, Action<DiffusionImage> written, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(written);
        var rows = new List<IReadOnlyList<PixelBuffer>>();
        try
        {
            if (includeBase && request.Lora is not null)
                rows.Add(DrawRow(request with { Lora = null }, folder, written, stop));
            rows.Add(DrawRow(request, folder, written, stop));
            if (grid is not null)
            {
                using var sheet = ContactSheet.Compose(rows);
                PngFile.Write(grid, sheet);
            }
        }
        finally
        {
            foreach (var picture in rows.SelectMany(r => r))
                picture.Dispose();
        }
    }

    private static List<PixelBuffer> DrawRow(GenerationRequest request, string folder, Action<DiffusionImage> written, CancellationToken stop)
    {
        using var generator = new ImageGenerator(request);
        var pictures = new List<PixelBuffer>();
        for (var i = 0; i < request.Prompts.Count; i++)
        {
            var seed = request.Seed + i;
            var picture = generator.Draw(request, request.Prompts[i], seed, stop);
            pictures.Add(picture);
            var name = request.Lora is null ? "base" : Path.GetFileNameWithoutExtension(request.Lora);
            var path = Path.Combine(folder, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{i:00}-{seed}.png"));
            PngFile.Write(path, picture);
            written(new DiffusionImage
            {
                Path = path,
                Prompt = request.Prompts[i],
                Seed = seed,
                Model = request.Model,
                Lora = request.Lora,
                Width = picture.Width,
                Height = picture.Height,
            });
        }
        return pictures;
    }
}
