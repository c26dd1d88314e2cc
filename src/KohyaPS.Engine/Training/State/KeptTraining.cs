using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Configuration;
using KohyaPS.Training.States;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.State;

/// <summary>
/// Everything that a state folder holds, in memory: written at once, or later when the training itself is gone.
/// </summary>
/// <param name="manifest">Where the training stands.</param>
/// <param name="config">The configuration.</param>
/// <param name="network">The parameters.</param>
/// <param name="optimizer">The optimizer's tensors.</param>
internal sealed class KeptTraining(
    StateManifest manifest, LoraConfig config, IReadOnlyList<(string Name, Tensor Value)> network, IReadOnlyList<(string Name, Tensor Value)> optimizer)
{
    /// <summary>Writes the state.</summary>
    public TrainingState Write(string folder) => StateFolder.Write(folder, manifest, new Dictionary<string, Action<string>>
    {
        [SavedTraining.NetworkFile] = path => TensorFile.Save(path, network.ToDictionary(t => t.Name, t => t.Value)),
        [SavedTraining.OptimizerFile] = path => TensorFile.Save(path, optimizer.ToDictionary(t => t.Name, t => t.Value)),
        [SavedTraining.ConfigFile] = path => ConfigFiles.Write(config, path, includeDefaults: true),
    });

    /// <summary>The same with tensors of its own; what is made on the way belongs to the caller's dispose scope.</summary>
    public KeptTraining Clone()
    {
        using var grad = no_grad();
        static IReadOnlyList<(string, Tensor)> Copies(IReadOnlyList<(string Name, Tensor Value)> tensors) =>
            [.. tensors.Select(t => (t.Name, t.Value.detach().cpu().clone().DetachFromDisposeScope()))];
        return new(manifest, config, Copies(network), Copies(optimizer));
    }
}
