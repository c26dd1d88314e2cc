using System.Text.Json;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Training.Batches;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Steps;

/// <summary>The batches of a recorded training, in the order in which the peer's loader gave them.</summary>
internal sealed class RecordedBatches(JsonElement recorded, GoldenTensors tensors) : IBatchSource
{
    private readonly JsonElement microBatches = recorded.GetProperty("draws").GetProperty("micro_batches");

    /// <summary>Micro-batches of the whole training.</summary>
    public int Count => microBatches.GetArrayLength();

    /// <inheritdoc/>
    public int BatchesPerEpoch => recorded.GetProperty("inputs").GetProperty("batches_per_epoch").GetInt32();

    /// <inheritdoc/>
    public MicroBatch Load(int epoch, int index)
    {
        var number = microBatches[(epoch - 1) * BatchesPerEpoch + index].GetProperty("item").GetInt32();
        var item = recorded.GetProperty("inputs").GetProperty("items").GetProperty(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new MicroBatch
        {
            Latents = tensors[item.GetProperty("latents")].clone(),
            InputIds = item.TryGetProperty("input_ids", out var ids) ? [.. ids.EnumerateArray().Select(i => tensors[i].to(int64).clone())] : null,
            Text = item.TryGetProperty("text_encoder_outputs", out var outputs) ? Text([.. outputs.EnumerateArray().Select(o => tensors[o])]) : null,
            Sizes = item.TryGetProperty("original_sizes_hw", out _) ? Sizes(item) : null,
            LossWeights = tensor(item.GetProperty("loss_weights").EnumerateArray().Select(w => w.GetSingle()).ToArray()),
        };
    }

    // The peer keeps the states of its two encoders apart until they go into the U-Net.
    private static TextConditions Text(IReadOnlyList<Tensor> outputs) =>
        outputs.Count == 1 ? new(outputs[0].clone(), null) : new(cat([outputs[0], outputs[1]], 2), outputs[2].clone());

    private static Tensor Sizes(JsonElement item)
    {
        var pairs = new[] { "original_sizes_hw", "crop_top_lefts", "target_sizes_hw" }.Select(n => item.GetProperty(n)).ToList();
        float[] numbers = [.. Enumerable.Range(0, pairs[0].GetArrayLength()).SelectMany(row => pairs.SelectMany(p => p[row].EnumerateArray().Select(v => v.GetSingle())))];
        return tensor(numbers).view(-1, 6);
    }
}
