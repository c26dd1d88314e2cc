using System.Security.Cryptography;
using System.Text;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Models.Clip;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>Text states in files of their own folder, one for each caption, named by the caption and by what decides its states.</summary>
/// <param name="folder">The folder; made when it is missing.</param>
/// <param name="maker">What decides the states of a caption: encoders, tokenizers and their settings.</param>
internal sealed class TextFiles(string folder, string maker) : ITextStore
{
    private const int Version = 1;

    /// <inheritdoc/>
    public TextConditions? Find(string caption, TrainingImage? image)
    {
        var path = PathOf(caption);
        if (!File.Exists(path))
            return null;
        try
        {
            using var scope = NewDisposeScope();
            var tensors = TensorFile.Read(path);
            foreach (var tensor in tensors.Values)
                scope.Attach(tensor);
            return tensors.TryGetValue("states", out var states) && tensors.Values.All(tensor => tensor.isfinite().all().item<bool>())
                ? new TextConditions(states, tensors.GetValueOrDefault("pooled")).MoveToOuterDisposeScope()
                : null;
        }
        catch (Exception fault) when (fault is CheckpointFormatException or IOException)
        {
            // Damaged: it is made again.
            return null;
        }
    }

    /// <inheritdoc/>
    public string? FileOf(string caption, TrainingImage image) => File.Exists(PathOf(caption)) ? PathOf(caption) : null;

    /// <inheritdoc/>
    public void Write(string caption, TrainingImage image, TextConditions conditions)
    {
        var tensors = new Dictionary<string, Tensor> { ["states"] = conditions.States };
        if (conditions.Pooled is { } pooled)
            tensors["pooled"] = pooled;
        TensorFile.Save(PathOf(caption), tensors);
    }

    private string PathOf(string caption)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"text {Version}\n{maker}\n{caption}")));
        return Path.Combine(folder, $"{name}.safetensors");
    }
}
