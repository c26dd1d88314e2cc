namespace KohyaPS.Engine.Networks;

/// <summary>
/// Sorts adapters into parameter groups: text encoders, then the U-Net (one group for each block where blocks have factors), each split in
/// two where LoRA+ gives the up matrices a higher rate. What would learn at rate 0 is in no group: attached and saved, but not trained.
/// </summary>
internal static class ParameterGrouping
{
    /// <summary>The plan of these adapters.</summary>
    public static NetworkPlan Assign(IReadOnlyList<AdapterPlan> adapters, NetworkModule module, OptimizerSettings optimizer, double[]? blockFactors)
    {
        var groups = new List<ParameterGroupPlan>();
        var planned = new AdapterPlan[adapters.Count];
        foreach (var set in adapters.Select((adapter, index) => (adapter, index)).GroupBy(a => SetOf(a.adapter.Target, blockFactors is not null)))
        {
            var isUnet = set.Key != TextEncoders;
            var rate = isUnet
                ? (optimizer.UnetLr ?? optimizer.LearningRate) * (set.Key >= 0 ? blockFactors![set.Key] : 1)
                : optimizer.TextEncoderLr ?? optimizer.LearningRate;
            var ratio = module is NetworkModule.Lora or NetworkModule.Dylora
                ? (isUnet ? optimizer.LoraplusUnetLrRatio : optimizer.LoraplusTextEncoderLrRatio) ?? optimizer.LoraplusLrRatio
                : null;
            var description = !isUnet ? "textencoder" : set.Key >= 0 ? $"unet_block{set.Key}" : "unet";
            int? Add(double lr, string name)
            {
                if (lr == 0)
                    return null;
                groups.Add(new(lr, name));
                return groups.Count - 1;
            }
            // A ratio of 0 counts as not set, as in sd-scripts.
            var down = Add(rate, description);
            var up = ratio is > 0 ? Add(rate * ratio.Value, description + " plus") : down;
            foreach (var (adapter, index) in set)
                planned[index] = adapter with { DownGroup = module is NetworkModule.LoraFa ? null : down, UpGroup = up };
        }
        return new() { Adapters = planned, Groups = groups };
    }

    private const int TextEncoders = -2;
    private const int WholeUnet = -1;

    private static int SetOf(TargetLayer target, bool byBlock) =>
        target.Part != NetworkPart.Unet ? TextEncoders : byBlock ? BlockIndex.Of(target.Path) : WholeUnet;
}
