using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="NetworkSettings.NetworkModule"/>
    [Parameter]
    [Alias("network_module")]
    [ChoiceTransformation(typeof(NetworkModule))]
    public NetworkModule NetworkModule { get; set; }

    /// <inheritdoc cref="NetworkSettings.NetworkDim"/>
    [Parameter]
    [Alias("network_dim", "Rank")]
    public int NetworkDim { get; set; }

    /// <inheritdoc cref="NetworkSettings.NetworkAlpha"/>
    [Parameter]
    [Alias("network_alpha", "Alpha")]
    public double NetworkAlpha { get; set; }

    /// <inheritdoc cref="NetworkSettings.ConvDim"/>
    [Parameter]
    [Alias("conv_dim")]
    public int? ConvDim { get; set; }

    /// <inheritdoc cref="NetworkSettings.ConvAlpha"/>
    [Parameter]
    [Alias("conv_alpha")]
    public double? ConvAlpha { get; set; }

    /// <inheritdoc cref="NetworkSettings.NetworkTrainUnetOnly"/>
    [Parameter]
    [Alias("network_train_unet_only", "UnetOnly", "unet_only")]
    public SwitchParameter NetworkTrainUnetOnly { get; set; }

    /// <inheritdoc cref="NetworkSettings.NetworkTrainTextEncoderOnly"/>
    [Parameter]
    [Alias("network_train_text_encoder_only", "TextEncoderOnly", "text_encoder_only")]
    public SwitchParameter NetworkTrainTextEncoderOnly { get; set; }

    /// <inheritdoc cref="NetworkSettings.NetworkWeights"/>
    [Parameter]
    [Alias("network_weights")]
    public string? NetworkWeights { get; set; }

    /// <inheritdoc cref="NetworkSettings.DimFromWeights"/>
    [Parameter]
    [Alias("dim_from_weights")]
    public SwitchParameter DimFromWeights { get; set; }

    /// <inheritdoc cref="NetworkSettings.BaseWeights"/>
    [Parameter]
    [Alias("base_weights")]
    public string[]? BaseWeights { get; set; }

    /// <inheritdoc cref="NetworkSettings.BaseWeightsMultiplier"/>
    [Parameter]
    [Alias("base_weights_multiplier")]
    public double[]? BaseWeightsMultiplier { get; set; }

    /// <inheritdoc cref="NetworkSettings.NetworkDropout"/>
    [Parameter]
    [Alias("network_dropout")]
    public double? NetworkDropout { get; set; }

    /// <inheritdoc cref="NetworkSettings.RankDropout"/>
    [Parameter]
    [Alias("rank_dropout")]
    public double? RankDropout { get; set; }

    /// <inheritdoc cref="NetworkSettings.ModuleDropout"/>
    [Parameter]
    [Alias("module_dropout")]
    public double? ModuleDropout { get; set; }

    /// <inheritdoc cref="NetworkSettings.ScaleWeightNorms"/>
    [Parameter]
    [Alias("scale_weight_norms")]
    public double? ScaleWeightNorms { get; set; }

    /// <inheritdoc cref="NetworkSettings.DownLrWeight"/>
    [Parameter]
    [Alias("down_lr_weight")]
    public string? DownLrWeight { get; set; }

    /// <inheritdoc cref="NetworkSettings.MidLrWeight"/>
    [Parameter]
    [Alias("mid_lr_weight")]
    public string? MidLrWeight { get; set; }

    /// <inheritdoc cref="NetworkSettings.UpLrWeight"/>
    [Parameter]
    [Alias("up_lr_weight")]
    public string? UpLrWeight { get; set; }

    /// <inheritdoc cref="NetworkSettings.BlockLrZeroThreshold"/>
    [Parameter]
    [Alias("block_lr_zero_threshold")]
    public double BlockLrZeroThreshold { get; set; }

    /// <inheritdoc cref="NetworkSettings.BlockDims"/>
    [Parameter]
    [Alias("block_dims")]
    public int[]? BlockDims { get; set; }

    /// <inheritdoc cref="NetworkSettings.BlockAlphas"/>
    [Parameter]
    [Alias("block_alphas")]
    public double[]? BlockAlphas { get; set; }

    /// <inheritdoc cref="NetworkSettings.ConvBlockDims"/>
    [Parameter]
    [Alias("conv_block_dims")]
    public int[]? ConvBlockDims { get; set; }

    /// <inheritdoc cref="NetworkSettings.ConvBlockAlphas"/>
    [Parameter]
    [Alias("conv_block_alphas")]
    public double[]? ConvBlockAlphas { get; set; }

    /// <inheritdoc cref="NetworkSettings.Unit"/>
    [Parameter]
    [Alias("BlockSize", "block_size")]
    public int? Unit { get; set; }

    /// <inheritdoc cref="NetworkSettings.EnableAllLinear"/>
    [Parameter]
    [Alias("enable_all_linear")]
    public SwitchParameter EnableAllLinear { get; set; }

    /// <inheritdoc cref="NetworkSettings.EnableConv"/>
    [Parameter]
    [Alias("enable_conv")]
    public SwitchParameter EnableConv { get; set; }
}
