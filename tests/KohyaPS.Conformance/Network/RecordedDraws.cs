using System.Text.Json;
using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Network;

/// <summary>Gives an adapter the random numbers that the peer drew.</summary>
internal sealed class RecordedDraws(JsonElement draws, GoldenTensors tensors) : INetworkDraws
{
    public double Module(string adapter) => draws.GetProperty("module_dropout_uniform").GetDouble();

    // Recorded as kept (1) or dropped (0): as uniform numbers these are above and below every dropout.
    public Tensor Values(string adapter, long[] shape) => tensors[draws.GetProperty("network_dropout_keep")].view(shape);

    public Tensor Ranks(string adapter, long batch, long rank) => tensors[draws.GetProperty("rank_dropout_uniform")].view(batch, rank);

    public long Slice(string adapter, long rank) => draws.GetProperty("dylora_rank").GetInt64();
}
