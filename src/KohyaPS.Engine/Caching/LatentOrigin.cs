using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Caching;

/// <summary>From what cached latents were made: another picture, VAE or cut makes others.</summary>
/// <param name="Picture">SHA-256 of the picture's file, and of its mask.</param>
/// <param name="Vae">SHA-256 of the VAE's weights, with their type.</param>
/// <param name="Cut">How the picture was decoded, resized and cut.</param>
internal sealed record LatentOrigin(string Picture, string Vae, string Cut)
{
    /// <summary>The origin of a picture's latents.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="vae">SHA-256 of the VAE's weights.</param>
    public static LatentOrigin Of(RegisteredImage image, string vae)
    {
        var settings = image.Image.Subset.Settings;
        var (bucket, resized) = (image.Assignment.Bucket, image.Assignment.Resized);
        string?[] cut =
        [
            $"{resized} to {bucket}", settings.ResizeInterpolation?.ToString() ?? "auto", settings.Transparency.ToString(), settings.ApplyOrientation ? "upright" : "as stored",
            settings.AlphaMask ? "alpha" : null,
        ];
        var picture = SafetensorsHashes.Sha256(image.Image.Path) + (image.Image.MaskPath is { } mask ? "+" + SafetensorsHashes.Sha256(mask) : "");
        return new(picture, vae, string.Join(", ", cut.OfType<string>()));
    }
}
