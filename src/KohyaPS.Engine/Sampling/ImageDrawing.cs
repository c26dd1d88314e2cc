using KohyaPS.Engine.Imaging;

namespace KohyaPS.Engine.Sampling;

/// <summary>Draws pictures to files: the engine's door for cmdlets.</summary>
public static class ImageDrawing
{
    private const string Base = "base";

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
        var rows = new List<List<PixelBuffer>>();
        try
        {
            if (includeBase && request.Lora is not null)
                DrawRow(request with { Lora = null }, rows, folder, written, stop);
            DrawRow(request, rows, folder, written, stop);
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

    private static void DrawRow(GenerationRequest request, List<List<PixelBuffer>> rows, string folder, Action<DiffusionImage> written, CancellationToken stop)
    {
        using var generator = new ImageGenerator(request);
        var name = NameOf(request.Lora);
        var pictures = new List<PixelBuffer>();
        rows.Add(pictures);
        for (var i = 0; i < request.Prompts.Count; i++)
        {
            var seed = request.Seed + i;
            var picture = generator.Draw(request, request.Prompts[i], seed, stop);
            pictures.Add(picture);
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
    }

    // A LoRA that is called base too has pictures of its own.
    private static string NameOf(string? lora) => lora is null ? Base
        : Path.GetFileNameWithoutExtension(lora) is var name && name.Equals(Base, StringComparison.OrdinalIgnoreCase) ? $"{name}-lora" : name;
}
