using System.Globalization;
using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>What fits together in the shape of a network.</summary>
internal static class NetworkRules
{
    private static readonly string[] Curves = ["sine", "cosine", "linear", "reverse_linear", "zeros"];

    internal static IEnumerable<ConfigProblem> Check(LoraConfig config) =>
        Kinds(config).Concat(Blocks(config)).Concat(Weights(config.Network));

    private static IEnumerable<ConfigProblem> Kinds(LoraConfig config)
    {
        var network = config.Network;
        if (network.NetworkTrainUnetOnly && network.NetworkTrainTextEncoderOnly)
            yield return Error("NetworkTrainUnetOnly", "NetworkTrainUnetOnly and NetworkTrainTextEncoderOnly together leave nothing to train.", "Leave one of them out.");
        if (network.ConvDim == 0 && network.NetworkModule != NetworkModule.Lycoris)
            yield return Error("ConvDim", "ConvDim is 0; set, it trains 3x3 convolutions and needs a rank of at least 1.", "Leave it out, or set it to 1 or more.");
        if (network.ConvAlpha is not null && network.ConvDim is null && network.ConvBlockDims is null && network.NetworkModule != NetworkModule.Lycoris)
            yield return Warning("ConvAlpha", "ConvAlpha has no effect without ConvDim.", "Set ConvDim, or leave out ConvAlpha.");
        if (network.NetworkModule == NetworkModule.Dylora)
        {
            if (network.ConvDim is { } convDim && convDim != network.NetworkDim)
                yield return Error("ConvDim", $"ConvDim is {SettingText.Format(convDim)} and NetworkDim {SettingText.Format(network.NetworkDim)}; DyLoRA needs them equal.", $"Set ConvDim to {SettingText.Format(network.NetworkDim)}, or leave it out.");
            if (network.Unit is > 0 and var unit && network.NetworkDim % unit != 0)
                yield return Error("Unit", $"NetworkDim {SettingText.Format(network.NetworkDim)} is not a multiple of Unit {SettingText.Format(unit)}.", "Choose a Unit that divides NetworkDim.");
        }
        if (network.ScaleWeightNorms is not null && network.NetworkModule is NetworkModule.Dylora or NetworkModule.Oft)
            yield return Warning("ScaleWeightNorms", $"ScaleWeightNorms has no effect on {SettingText.Format(network.NetworkModule)}.", "Leave it out.");
        if (network.NetworkModule == NetworkModule.Oft && network.NetworkAlpha > 0.01)
            yield return Warning("NetworkAlpha", $"NetworkAlpha {SettingText.Format(network.NetworkAlpha)} is the constraint of OFT and far above what is usual.", "Set NetworkAlpha to about 0.001.");
        if (network.NetworkModule == NetworkModule.Oft && network.NetworkAlpha == 0)
            yield return Error("NetworkAlpha", "NetworkAlpha 0 is the constraint of OFT and forbids every rotation, so nothing is learned.", "Set NetworkAlpha to about 0.001.");
        foreach (var problem in WithoutEffect(config))
            yield return problem;
        if (network.NetworkModule == NetworkModule.Oft && network.NetworkTrainTextEncoderOnly)
            yield return Error("NetworkTrainTextEncoderOnly", "OFT adapts the U-Net only.", "Leave out NetworkTrainTextEncoderOnly.");
    }

    /// <summary>Settings that a kind of network, or a network made from a file, does not read.</summary>
    private static IEnumerable<ConfigProblem> WithoutEffect(LoraConfig config)
    {
        var network = config.Network;
        var (dropouts, ratios, convolutions) = (Dropouts(network), Ratios(config.Optimizer), Convolutions(network));
        var (without, settings) = network switch
        {
            { NetworkModule: NetworkModule.Dylora } => ("networks.dylora", dropouts),
            { NetworkModule: NetworkModule.Oft } => ("networks.oft", dropouts.Concat(ratios).Concat(convolutions)),
            { NetworkModule: NetworkModule.LoraFa } => ("networks.lora_fa", ratios),
            _ => ("", []),
        };
        foreach (var setting in settings)
            yield return Warning(setting, $"{setting} has no effect on {without}.", $"Leave out {setting}.");
        if (network.DimFromWeights && network.NetworkModule is NetworkModule.Lora or NetworkModule.LoraFa)
        {
            var fromFile = dropouts.Concat(network.NetworkModule == NetworkModule.Lora ? ratios : []).Concat(convolutions)
                .Concat(Named(("BlockDims", network.BlockDims is not null), ("BlockAlphas", network.BlockAlphas is not null), ("ConvBlockDims", network.ConvBlockDims is not null), ("ConvBlockAlphas", network.ConvBlockAlphas is not null)));
            foreach (var setting in fromFile)
                yield return Warning(setting, $"{setting} has no effect with DimFromWeights: the file decides the shape of the network.", $"Leave out {setting}, or DimFromWeights.");
        }
        if (network.NetworkModule != NetworkModule.Oft && (network.EnableAllLinear || network.EnableConv))
            yield return Warning(network.EnableAllLinear ? "EnableAllLinear" : "EnableConv", "EnableAllLinear and EnableConv have an effect on networks.oft only.", "Leave them out, or set NetworkModule to networks.oft.");
        if (network.Unit is not null && network.NetworkModule is not (NetworkModule.Dylora or NetworkModule.Lycoris))
            yield return Warning("Unit", "Unit has an effect on DyLoRA only.", "Leave it out, or set NetworkModule to networks.dylora.");
    }

    private static IReadOnlyList<string> Dropouts(NetworkSettings network) =>
        Named(("NetworkDropout", network.NetworkDropout is > 0), ("RankDropout", network.RankDropout is > 0), ("ModuleDropout", network.ModuleDropout is > 0));

    private static IReadOnlyList<string> Ratios(OptimizerSettings optimizer) => Named(
        ("LoraplusLrRatio", optimizer.LoraplusLrRatio is > 0), ("LoraplusUnetLrRatio", optimizer.LoraplusUnetLrRatio is > 0), ("LoraplusTextEncoderLrRatio", optimizer.LoraplusTextEncoderLrRatio is > 0));

    private static IReadOnlyList<string> Convolutions(NetworkSettings network) => Named(("ConvDim", network.ConvDim is > 0), ("ConvAlpha", network.ConvAlpha is not null && network.ConvDim is > 0));

    private static IReadOnlyList<string> Named(params (string Name, bool IsSet)[] settings) => [.. settings.Where(s => s.IsSet).Select(s => s.Name)];

    private static IEnumerable<ConfigProblem> Blocks(LoraConfig config)
    {
        var network = config.Network;
        var blocks = config.Model.Sdxl ? 23 : 25;
        var lists = new (string Name, int? Count)[]
        {
            ("BlockDims", network.BlockDims?.Count), ("BlockAlphas", network.BlockAlphas?.Count),
            ("ConvBlockDims", network.ConvBlockDims?.Count), ("ConvBlockAlphas", network.ConvBlockAlphas?.Count),
        };
        foreach (var (name, count) in lists.Where(list => list.Count is { } count && count != blocks))
            yield return Error(name, $"{name} has {SettingText.Format(count)} values; the U-Net has {SettingText.Format(blocks)} blocks.", $"Give {SettingText.Format(blocks)} values: down, middle, up.");
        var weights = new (string Name, string? Value, int Most)[]
        {
            ("DownLrWeight", network.DownLrWeight, config.Model.Sdxl ? 9 : 12), ("MidLrWeight", network.MidLrWeight, config.Model.Sdxl ? 3 : 1), ("UpLrWeight", network.UpLrWeight, config.Model.Sdxl ? 9 : 12),
        };
        foreach (var (name, value, most) in weights)
        {
            if (value is not null && !IsWeights(value, name != "MidLrWeight"))
                yield return Error(name, $"{name} '{value}' is neither numbers with commas nor a curve.", name == "MidLrWeight" ? "Give a number such as 0.5." : $"Give {SettingText.Format(most)} numbers with commas, or one of {string.Join(", ", Curves)}, such as sine or linear+0.25.");
            else if (value is not null && value.Split(',').Length > most)
                yield return Warning(name, $"{name} has more than {SettingText.Format(most)} values; the rest has no effect.", $"Give {SettingText.Format(most)} values.");
        }
        var hasWeights = weights.Any(weight => weight.Value is not null);
        var isByBlock = hasWeights || network.BlockDims is not null;
        foreach (var (name, _) in lists.Where(list => list.Name != "BlockDims" && list.Count is not null && !isByBlock))
            yield return Warning(name, $"{name} has no effect without BlockDims or weights of blocks.", $"Set BlockDims, or leave out {name}.");
        if (network.BlockLrZeroThreshold != 0 && !hasWeights)
            yield return Warning("BlockLrZeroThreshold", "BlockLrZeroThreshold has no effect without DownLrWeight, MidLrWeight or UpLrWeight.", "Leave it out.");
        if (isByBlock && network.NetworkModule is NetworkModule.Dylora or NetworkModule.Oft)
            yield return Warning("BlockDims", $"{SettingText.Format(network.NetworkModule)} knows no settings of blocks.", "Leave them out.");
    }

    private static bool IsWeights(string value, bool mayBeCurve)
    {
        if (value.Contains(',', StringComparison.Ordinal) || !mayBeCurve)
            return value.Split(',').All(item => string.IsNullOrWhiteSpace(item) || double.TryParse(item, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        var parts = value.Split('+');
        return parts.Length <= 2 && Curves.Contains(parts[0].Trim()) && (parts.Length == 1 || double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out _));
    }

    private static IEnumerable<ConfigProblem> Weights(NetworkSettings network)
    {
        if (network.DimFromWeights && network.NetworkWeights is null)
            yield return Error("DimFromWeights", "DimFromWeights needs a LoRA file to take the ranks from.", "Set NetworkWeights, or leave out DimFromWeights.");
        if (network.BaseWeightsMultiplier is { } multipliers && multipliers.Count > (network.BaseWeights?.Count ?? 0))
            yield return Error("BaseWeightsMultiplier", $"BaseWeightsMultiplier has {SettingText.Format(multipliers.Count)} values for {SettingText.Format(network.BaseWeights?.Count ?? 0)} files of BaseWeights.", "Give one value for each file.");
    }
}
