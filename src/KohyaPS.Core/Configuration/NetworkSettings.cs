namespace KohyaPS;

/// <summary>The shape of the LoRA and where it is attached.</summary>
public sealed record NetworkSettings : SettingGroup
{
    /// <summary>Kind of network: networks.lora, networks.lora_fa, networks.dylora, networks.oft or lycoris.kohya.</summary>
    [Setting]
    public NetworkModule NetworkModule { get; init; }

    /// <summary>Rank of the update matrices.</summary>
    [Setting(Aliases = ["Rank"], Gui = "network_dim", TrainerDefault = "4", Minimum = 1)]
    public int NetworkDim { get; init; } = 8;

    /// <summary>Numerator of the scale: the update is multiplied by NetworkAlpha / NetworkDim. 0 means the rank.</summary>
    [Setting(Aliases = ["Alpha"], Gui = "network_alpha", Minimum = 0)]
    public double NetworkAlpha { get; init; } = 1;

    /// <summary>Rank for 3x3 convolutions; set, these are trained too.</summary>
    [Setting(Gui = "conv_dim", Minimum = 0)]
    public int? ConvDim { get; init; }

    /// <summary>Alpha for 3x3 convolutions; not set: 1.</summary>
    [Setting(Gui = "conv_alpha", Minimum = 0)]
    public double? ConvAlpha { get; init; }

    /// <summary>Attach nothing to the text encoder.</summary>
    [Setting(Aliases = ["UnetOnly"])]
    public bool NetworkTrainUnetOnly { get; init; }

    /// <summary>Attach nothing to the U-Net.</summary>
    [Setting(Aliases = ["TextEncoderOnly"])]
    public bool NetworkTrainTextEncoderOnly { get; init; }

    /// <summary>LoRA file whose weights the training starts from.</summary>
    [Setting(Gui = "lora_network_weights", IsPath = true)]
    public string? NetworkWeights { get; init; }

    /// <summary>Take ranks and alphas from NetworkWeights.</summary>
    [Setting(Gui = "dim_from_weights")]
    public bool DimFromWeights { get; init; }

    /// <summary>LoRA files merged into the base model before the training.</summary>
    [Setting(IsPath = true)]
    public IReadOnlyList<string>? BaseWeights { get; init; }

    /// <summary>Strength of each file of BaseWeights; missing ones are 1.</summary>
    [Setting]
    public IReadOnlyList<double>? BaseWeightsMultiplier { get; init; }

    /// <summary>Probability of dropping a value of the down projection.</summary>
    [Setting(Gui = "network_dropout", Minimum = 0, Maximum = 1)]
    public double? NetworkDropout { get; init; }

    /// <summary>Probability of dropping a rank component of a sample.</summary>
    [Setting(Gui = "rank_dropout", Minimum = 0, Below = 1)]
    public double? RankDropout { get; init; }

    /// <summary>Probability of skipping a whole adapter.</summary>
    [Setting(Gui = "module_dropout", Minimum = 0, Maximum = 1)]
    public double? ModuleDropout { get; init; }

    /// <summary>Largest norm of an adapter's update; larger ones are scaled back after each step.</summary>
    [Setting(Gui = "scale_weight_norms", Minimum = 0, Maximum = 10)]
    public double? ScaleWeightNorms { get; init; }

    /// <summary>Learning-rate factors of the down blocks: 12 numbers with commas, or a curve such as sine or linear+0.25.</summary>
    [Setting(Gui = "down_lr_weight")]
    public string? DownLrWeight { get; init; }

    /// <summary>Learning-rate factor of the middle block.</summary>
    [Setting(Gui = "mid_lr_weight")]
    public string? MidLrWeight { get; init; }

    /// <summary>Learning-rate factors of the up blocks: 12 numbers with commas, or a curve such as cosine.</summary>
    [Setting(Gui = "up_lr_weight")]
    public string? UpLrWeight { get; init; }

    /// <summary>Block factors not above this become 0, and these blocks get no adapter.</summary>
    [Setting(Gui = "block_lr_zero_threshold")]
    public double BlockLrZeroThreshold { get; init; }

    /// <summary>Rank of each of the 25 U-Net blocks.</summary>
    [Setting(Gui = "block_dims")]
    public IReadOnlyList<int>? BlockDims { get; init; }

    /// <summary>Alpha of each of the 25 U-Net blocks.</summary>
    [Setting(Gui = "block_alphas")]
    public IReadOnlyList<double>? BlockAlphas { get; init; }

    /// <summary>Rank of the 3x3 convolutions of each of the 25 U-Net blocks.</summary>
    [Setting(Gui = "conv_block_dims")]
    public IReadOnlyList<int>? ConvBlockDims { get; init; }

    /// <summary>Alpha of the 3x3 convolutions of each of the 25 U-Net blocks.</summary>
    [Setting(Gui = "conv_block_alphas")]
    public IReadOnlyList<double>? ConvBlockAlphas { get; init; }

    /// <summary>DyLoRA: step of the randomly drawn rank; not set: 1 (LyCORIS: 4).</summary>
    [Setting(Aliases = ["BlockSize"], Gui = "unit", Minimum = 1)]
    public int? Unit { get; init; }

    /// <summary>OFT: adapt every linear layer, not only attention.</summary>
    [Setting]
    public bool EnableAllLinear { get; init; }

    /// <summary>OFT: adapt 3x3 convolutions too.</summary>
    [Setting]
    public bool EnableConv { get; init; }

    /// <summary>Whether blocks of the U-Net have factors of their own on the learning rate.</summary>
    public bool HasBlockRates => DownLrWeight is not null || MidLrWeight is not null || UpLrWeight is not null;
}
