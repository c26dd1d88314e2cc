using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Network;

/// <summary>A network that has just the adapters of a file, on layers that are only planned.</summary>
internal static class FileNetwork
{
    public static AttachedNetwork Of(IReadOnlyDictionary<string, Tensor> file)
    {
        var ranks = FileRanks.Of(file.ToDictionary(t => t.Key, t => t.Value.shape), _ => null);
        var targets = ranks.Keys.Select(name =>
        {
            var down = file[$"{name}.lora_down.weight"].shape;
            var up = file[$"{name}.lora_up.weight"].shape;
            return new TargetLayer(NetworkPart.Unet, name["lora_unet_".Length..], [up[0], .. down.Skip(1)]);
        });
        var network = AttachedNetwork.Attach(NetworkPlan.FromRanks(new(), new(), targets, ranks), new(), seed: 0);
        network.Load(file);
        return network;
    }
}
