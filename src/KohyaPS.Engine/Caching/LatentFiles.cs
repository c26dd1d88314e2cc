using System.Security.Cryptography;
using System.Text;
using KohyaPS.Engine.Checkpoints.Saving;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>
/// Latents kept in files of their own folder, for this training and later ones. A file is named by what its latents were made from, so that a changed
/// picture, VAE, size or cut never finds the latents of another; what is damaged is made again.
/// </summary>
/// <param name="folder">The folder; made when it is missing.</param>
/// <param name="vae">SHA-256 of the VAE's weights.</param>
/// <param name="isTrusted">True uses a file without looking whether it is whole (skip_cache_check).</param>
internal sealed class LatentFiles(string folder, string vae, bool isTrusted) : ILatentStore
{
    // Written with every file; another number makes other names, so that a new form never meets an old file.
    private const int Version = 1;
    private const float Levels = 255;
    private readonly Dictionary<int, string> paths = [];

    /// <inheritdoc/>
    public bool Contains(RegisteredImage image) => File.Exists(PathOf(image)) && (isTrusted || IsWhole(image));

    /// <inheritdoc/>
    public string? FileOf(RegisteredImage image) => File.Exists(PathOf(image)) ? PathOf(image) : null;

    /// <inheritdoc/>
    public PictureLatents Read(RegisteredImage image)
    {
        try
        {
            return Open(image);
        }
        catch (Exception fault) when (fault is CheckpointFormatException or KeyNotFoundException)
        {
            throw new DatasetException($"The cached latents '{PathOf(image)}' cannot be used: {fault.Message} Remove the file, or leave SkipCacheCheck out.", fault);
        }
    }

    private PictureLatents Open(RegisteredImage image)
    {
        using var scope = NewDisposeScope();
        var tensors = TensorFile.Read(PathOf(image));
        foreach (var tensor in tensors.Values)
            scope.Attach(tensor);
        Tensor? Find(string name) => tensors.GetValueOrDefault(name);
        var latents = new PictureLatents(new(tensors["mean"], tensors["deviation"]),
            Find("flipped.mean") is { } mean && Find("flipped.deviation") is { } deviation ? new(mean, deviation) : null,
            Find("mask") is { } mask ? mask.to(float32).div_(Levels) : null);
        foreach (var tensor in latents.Tensors)
            tensor.MoveToOuterDisposeScope();
        return latents;
    }

    /// <inheritdoc/>
    public void Write(RegisteredImage image, PictureLatents latents)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["mean"] = latents.Plain.Mean, ["deviation"] = latents.Plain.Deviation };
        if (latents.Flipped is { } flipped)
            (tensors["flipped.mean"], tensors["flipped.deviation"]) = (flipped.Mean, flipped.Deviation);
        if (latents.Mask is { } mask)
            tensors["mask"] = (mask * Levels).round().to(ScalarType.Byte);
        TensorFile.Save(PathOf(image), tensors, new Dictionary<string, string> { ["picture"] = image.Image.Name });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Every file is closed after it was read.
    }

    private bool IsWhole(RegisteredImage image)
    {
        using var scope = NewDisposeScope();
        try
        {
            var latents = Read(image);
            var bucket = image.Assignment.Bucket;
            return latents.Plain.Mean.shape is [1, _, var height, var width] && height == bucket.Height / 8 && width == bucket.Width / 8
                && latents.Tensors.All(tensor => tensor.isfinite().all().item<bool>());
        }
        catch (Exception fault) when (fault is DatasetException or IOException)
        {
            return false;
        }
    }

    private string PathOf(RegisteredImage image)
    {
        if (paths.TryGetValue(image.Index, out var known))
            return known;
        var settings = image.Image.Subset.Settings;
        var origin = LatentOrigin.Of(image, vae);
        var text = string.Join('\n', $"latents {Version}", origin.Picture, origin.Vae, origin.Cut, settings.FlipAug ? "with the mirrored picture" : "");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return paths[image.Index] = Path.Combine(folder, $"{name}.safetensors");
    }
}
