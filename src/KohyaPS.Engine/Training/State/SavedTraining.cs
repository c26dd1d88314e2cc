using System.Reflection;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Training.States;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.State;

/// <summary>
/// Writes and reads the files of a state: the flat parameter buffers bit by bit, the optimizer's tensors, and the configuration. Random
/// numbers, schedule and batches follow from seed and position, so there is nothing else to keep.
/// </summary>
internal static class SavedTraining
{
    internal const string NetworkFile = "network.safetensors";
    internal const string OptimizerFile = "optimizer.safetensors";
    internal const string ConfigFile = "config.yaml";

    /// <summary>Writes a state.</summary>
    /// <param name="folder">The state's folder.</param>
    /// <param name="manifest">Where the training stands; the files are filled in.</param>
    /// <param name="config">The configuration, so that the state can be resumed by itself.</param>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">The optimizer.</param>
    public static TrainingState Write(string folder, StateManifest manifest, LoraConfig config, AttachedNetwork network, FlatOptimizer optimizer)
    {
        using var scope = NewDisposeScope();
        return Gather(manifest, config, network, optimizer).Write(folder);
    }

    /// <summary>The same in memory, with tensors of its own, to be written later.</summary>
    public static KeptTraining Keep(StateManifest manifest, LoraConfig config, AttachedNetwork network, FlatOptimizer optimizer)
    {
        using var scope = NewDisposeScope();
        return Gather(manifest, config, network, optimizer).Clone();
    }

    /// <summary>The configuration that a state holds.</summary>
    /// <exception cref="TrainingException">The folder is no whole state.</exception>
    public static LoraConfig ReadConfig(string folder)
    {
        StateFolder.Open(folder);
        return ConfigFiles.Read(Path.Combine(folder, ConfigFile));
    }

    /// <summary>Brings network and optimizer to where they were.</summary>
    /// <exception cref="TrainingException">The state belongs to another network or optimizer.</exception>
    public static void Restore(string folder, StateManifest manifest, AttachedNetwork network, FlatOptimizer optimizer)
    {
        var wanted = optimizer.Name;
        if (manifest.Optimizer != wanted)
            throw new TrainingException(TrainingExitCode.Invalid,
                $"The state '{folder}' was trained with {manifest.Optimizer}, this configuration asks for {wanted}. Resume with the optimizer of the state, or start anew from its network with -NetworkWeights.");
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var saved = TensorFile.Read(Path.Combine(folder, NetworkFile));
        try
        {
            var parameters = Parameters(network).ToDictionary(p => p.Name, p => p.Value);
            if (saved.Keys.Concat(parameters.Keys).FirstOrDefault(n => !saved.ContainsKey(n) || !parameters.ContainsKey(n)) is { } stray)
                throw OtherNetwork(folder, $"only one of them has '{stray}'");
            foreach (var (name, value) in parameters)
            {
                if (!saved[name].shape.SequenceEqual(value.shape) || saved[name].dtype != value.dtype)
                    throw OtherNetwork(folder, $"'{name}' is [{string.Join(", ", saved[name].shape)}] there and [{string.Join(", ", value.shape)}] here");
                value.copy_(saved[name]);
            }
        }
        finally
        {
            foreach (var tensor in saved.Values)
                tensor.Dispose();
        }
        var state = TensorFile.Read(Path.Combine(folder, OptimizerFile));
        optimizer.RestoreState(state);
        foreach (var tensor in state.Values)
            tensor.Dispose();
    }

    /// <summary>The version of this program.</summary>
    public static string Version => typeof(LoraConfig).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static KeptTraining Gather(StateManifest manifest, LoraConfig config, AttachedNetwork network, FlatOptimizer optimizer) =>
        new(manifest, config, Parameters(network), optimizer.SaveState());

    private static IReadOnlyList<(string Name, Tensor Value)> Parameters(AttachedNetwork network) =>
        [.. network.Adapters.SelectMany(a => a.Parameters).Select(p => (p.Name, p.Value))];

    private static TrainingException OtherNetwork(string folder, string difference) => new(TrainingExitCode.Invalid,
        $"The state '{folder}' belongs to another network: {difference}. Resume with the network settings of the state.");
}
