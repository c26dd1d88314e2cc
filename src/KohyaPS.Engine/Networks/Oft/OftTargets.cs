namespace KohyaPS.Engine.Networks.Oft;

/// <summary>The layers that OFT adapts: the U-Net's attention, on request all of its transformers, and its convolutions (sd-scripts' networks.oft).</summary>
internal static class OftTargets
{
    private const string Prefix = "oft_unet";
    private static readonly string[] Attention = ["attn1", "attn2"];
    private static readonly string[] Convolutional = ["resnets", "downsamplers", "upsamplers", "in_layers", "emb_layers", "out_layers", "skip_connection", "op", "conv"];

    /// <summary>Chooses among the layers that networks may adapt, and names them as OFT does.</summary>
    public static IEnumerable<TargetLayer> Choose(NetworkSettings settings, IEnumerable<TargetLayer> targets) => targets
        .Where(t => t.Part == NetworkPart.Unet && IsWanted(settings, t))
        .Select(t => t with { OwnPrefix = Prefix });

    private static bool IsWanted(NetworkSettings settings, TargetLayer target)
    {
        var words = target.Path.Split('.');
        if (words.Any(Convolutional.Contains))
            return settings.EnableConv;
        return settings.EnableAllLinear || words.Any(Attention.Contains);
    }
}
