using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The network that a configuration asks for: planned from settings or from a file, attached, and given its first weights.</summary>
internal static class NetworkChoice
{
    /// <summary>Which layers get an adapter of what rank; reads the header of NetworkWeights where DimFromWeights asks for it.</summary>
    /// <exception cref="TrainingException">The network has no layers, or a setting does not fit the model.</exception>
    public static NetworkPlan Plan(LoraConfig config, IEnumerable<TargetLayer> targets)
    {
        using var weights = config.Network.DimFromWeights ? Open(config) : null;
        var plan = weights is null
            ? NetworkPlan.Create(config.Network, config.Optimizer, targets)
            : weights.Plan(config.Network, config.Optimizer, targets);
        if (plan.Adapters.Count == 0)
            throw new TrainingException(TrainingExitCode.Invalid, weights is null
                ? "The network has no layers: all its blocks have rank 0. Set NetworkDim to 4 or more, or give BlockDims other values."
                : $"'{config.Network.NetworkWeights}' names no layer of this model. Give a LoRA of the same model family with -NetworkWeights.");
        if (plan.Groups.Count == 0)
            throw new TrainingException(TrainingExitCode.Invalid, "No part of the network has a learning rate above 0. Set LearningRate, UnetLr or TextEncoderLr.");
        return plan;
    }

    /// <summary>Attaches a planned network and loads NetworkWeights into it.</summary>
    /// <param name="plan">What <see cref="Plan"/> gave.</param>
    /// <param name="config">Dropouts, precision, first weights.</param>
    /// <param name="seed">The training's seed.</param>
    /// <param name="device">Where the models are.</param>
    /// <param name="warn">Told what did not fit.</param>
    public static AttachedNetwork Attach(NetworkPlan plan, LoraConfig config, long seed, Device device, Action<string> warn)
    {
        // A network that is made from a file has no dropouts, as in sd-scripts; a rule warns of it.
        var settings = config.Network.DimFromWeights ? config.Network with { NetworkDropout = null, RankDropout = null, ModuleDropout = null } : config.Network;
        var network = AttachedNetwork.Attach(plan, settings, seed, ParameterType(config.Runtime), device);
        using var weights = Open(config);
        if (weights?.LoadInto(network) is { } misfit)
            warn(misfit);
        return network;
    }

    private static ScalarType ParameterType(RuntimeSettings runtime) => runtime.FullBf16 ? bfloat16 : runtime.FullFp16 ? float16 : float32;

    private static InitialWeights? Open(LoraConfig config) => config.Resolve(config.Network.NetworkWeights) is { } path ? InitialWeights.Open(path) : null;
}
