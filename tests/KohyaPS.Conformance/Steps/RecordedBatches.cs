using System.Text.Json;
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
            InputIds = tensors[item.GetProperty("input_ids")[0]].to(int64).clone(),
            LossWeights = tensor(item.GetProperty("loss_weights").EnumerateArray().Select(w => w.GetSingle()).ToArray()),
        };
    }
}
