using System.Globalization;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>
/// What the original files of SD2 hold of OpenCLIP beyond the layers that condition the U-Net: the last layer, the projection, the scale of the
/// logits. A diffusers folder has none of it. sd-scripts writes a copy of the layer before, ones, and 1; nothing reads them.
/// </summary>
internal static class UnusedTextLayers
{
    private const string Prefix = "cond_stage_model.model.";
    private const string Blocks = Prefix + "transformer.resblocks.";
    private const long ProjectionWidth = 1024;

    /// <summary>The tensors to add to those of a model without them.</summary>
    /// <param name="tensors">The model's tensors as a single file names them.</param>
    public static IEnumerable<CheckpointTensor> Of(IReadOnlyList<CheckpointTensor> tensors)
    {
        var layers = tensors.Where(t => t.Key.StartsWith(Blocks, StringComparison.Ordinal)).GroupBy(t => KeyPath.Split("x." + t.Key[Blocks.Length..]).First).ToList();
        if (layers.Count == 0)
            yield break;
        var last = layers.MaxBy(l => l.Key)!;
        var (from, to) = (Layer(last.Key), Layer(last.Key + 1));
        foreach (var tensor in last)
            yield return tensor with { Key = to + tensor.Key[from.Length..], Holds = [] };
        var dtype = last.First().Dtype;
        yield return new(Prefix + "text_projection", ModelPart.TextEncoder, dtype, [ProjectionWidth, ProjectionWidth], () => ones(ProjectionWidth, ProjectionWidth, dtype: dtype));
        yield return new(Prefix + "logit_scale", ModelPart.TextEncoder, ScalarType.Int64, [], () => tensor(1L)) { IsStandIn = true };
    }

    private static string Layer(int index) => string.Create(CultureInfo.InvariantCulture, $"{Blocks}{index}.");
}
