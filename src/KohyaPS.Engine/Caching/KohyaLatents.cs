using System.Text;
using System.Text.Json;
using KohyaPS.Engine.Caching.Npz;

namespace KohyaPS.Engine.Caching;

/// <summary>A picture's latents as sd-scripts keeps them in .npz files: one sample of the distribution, drawn once.</summary>
internal sealed record KohyaLatents
{
    private const string SourceMember = "kohyaps.json";
    private const int Eighth = 8;
    private const long Channels = 4;

    /// <summary>Dimensions of the latents: channels, height, width.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>The sample, not yet multiplied by the VAE's scaling factor.</summary>
    public required float[] Latents { get; init; }

    /// <summary>A sample for the mirrored picture; null without.</summary>
    public float[]? Flipped { get; init; }

    /// <summary>The picture's size before resizing.</summary>
    public required ImageSize OriginalSize { get; init; }

    /// <summary>Left, top, right and bottom of the picture fitted into its bucket (SDXL's size conditioning).</summary>
    public required IReadOnlyList<double> CropBox { get; init; }

    /// <summary>How much each pixel counts, 0 to 1, row by row; null without.</summary>
    public float[]? AlphaMask { get; init; }

    /// <summary>From what the latents were made; null in files of sd-scripts, which does not say.</summary>
    public LatentOrigin? Origin { get; init; }

    /// <summary>Reads a file.</summary>
    /// <returns>Null where it is missing, damaged or no such file.</returns>
    public static KohyaLatents? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            var (arrays, others) = NpzFile.Read(path);
            if (!arrays.TryGetValue("latents", out var latents) || latents.Floats() is not { } values || latents.Shape.Count != 3
                || !arrays.TryGetValue("original_size", out var size) || size.Integers() is not [> 0 and <= int.MaxValue and var width, > 0 and <= int.MaxValue and var height]
                || !arrays.TryGetValue("crop_ltrb", out var box) || Numbers(box) is not { Length: 4 } crop)
                return null;
            return new()
            {
                Shape = latents.Shape,
                Latents = values,
                Flipped = arrays.TryGetValue("latents_flipped", out var flipped) ? flipped.Shape.SequenceEqual(latents.Shape) ? flipped.Floats() : [] : null,
                OriginalSize = new((int)width, (int)height),
                CropBox = crop,
                AlphaMask = arrays.TryGetValue("alpha_mask", out var mask)
                    ? mask.Shape.SequenceEqual([latents.Shape[1] * Eighth, latents.Shape[2] * Eighth]) ? mask.Floats() : []
                    : null,
                Origin = others.TryGetValue(SourceMember, out var origin) ? JsonSerializer.Deserialize<LatentOrigin>(origin) : null,
            };
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether the latents are those of a picture in its bucket: of its size, all numbers, mirrored where that is wanted, masked exactly where that is wanted.</summary>
    public bool Fits(ImageSize bucket, bool wantsFlipped, bool wantsMask) =>
        Shape.SequenceEqual([Channels, bucket.Height / Eighth, bucket.Width / Eighth]) && AreNumbers(Latents)
        && (!wantsFlipped || (Flipped is { Length: > 0 } flipped && AreNumbers(flipped)))
        && (wantsMask ? AlphaMask is { Length: > 0 } mask && AreNumbers(mask) : AlphaMask is null);

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        var arrays = new List<KeyValuePair<string, NpyArray>>
        {
            new("latents", NpyArray.Of(Shape, Latents)),
            new("original_size", NpyArray.Of([(long)OriginalSize.Width, OriginalSize.Height])),
            new("crop_ltrb", NpyArray.Of([.. CropBox])),
        };
        if (Flipped is not null)
            arrays.Add(new("latents_flipped", NpyArray.Of(Shape, Flipped)));
        if (AlphaMask is not null)
            arrays.Add(new("alpha_mask", NpyArray.Of([Shape[1] * Eighth, Shape[2] * Eighth], AlphaMask)));
        NpzFile.Write(path, arrays, Origin is null ? [] : [new(SourceMember, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Origin)))]);
    }

    private static bool AreNumbers(float[] values) => Array.TrueForAll(values, float.IsFinite);

    private static double[]? Numbers(NpyArray array) => array.Integers() is { } whole ? [.. whole.Select(v => (double)v)]
        : array.Descriptor == "<f8" ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(array.Bytes).ToArray()
        : array.Floats() is { } floats ? [.. floats.Select(v => (double)v)] : null;
}
