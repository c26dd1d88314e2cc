using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>The random numbers that adapters need in training, each a pure function of the adapter and the micro-step.</summary>
internal interface INetworkDraws
{
    /// <summary>Uniform in [0, 1): an adapter is skipped where it is below the module dropout.</summary>
    double Module(string adapter);

    /// <summary>Uniform numbers in [0, 1) for each value of the down projection; those below the dropout are dropped.</summary>
    Tensor Values(string adapter, long[] shape);

    /// <summary>Uniform numbers in [0, 1), [batch, rank]; those not above the rank dropout are dropped.</summary>
    Tensor Ranks(string adapter, long batch, long rank);

    /// <summary>A whole number from 0 to below <paramref name="rank"/>: the slice that DyLoRA trains.</summary>
    long Slice(string adapter, long rank);
}
