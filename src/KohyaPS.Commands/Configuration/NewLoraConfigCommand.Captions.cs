using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="CaptionsSettings.CaptionExtension"/>
    [Parameter]
    [Alias("caption_extension")]
    public string? CaptionExtension { get; set; }

    /// <inheritdoc cref="CaptionsSettings.ShuffleCaption"/>
    [Parameter]
    [Alias("shuffle_caption")]
    public SwitchParameter ShuffleCaption { get; set; }

    /// <inheritdoc cref="CaptionsSettings.CaptionSeparator"/>
    [Parameter]
    [Alias("caption_separator")]
    public string CaptionSeparator { get; set; } = "";

    /// <inheritdoc cref="CaptionsSettings.KeepTokens"/>
    [Parameter]
    [Alias("keep_tokens")]
    public int KeepTokens { get; set; }

    /// <inheritdoc cref="CaptionsSettings.KeepTokensSeparator"/>
    [Parameter]
    [Alias("keep_tokens_separator")]
    public string? KeepTokensSeparator { get; set; }

    /// <inheritdoc cref="CaptionsSettings.SecondarySeparator"/>
    [Parameter]
    [Alias("secondary_separator")]
    public string? SecondarySeparator { get; set; }

    /// <inheritdoc cref="CaptionsSettings.EnableWildcard"/>
    [Parameter]
    [Alias("enable_wildcard")]
    public SwitchParameter EnableWildcard { get; set; }

    /// <inheritdoc cref="CaptionsSettings.CaptionPrefix"/>
    [Parameter]
    [Alias("caption_prefix")]
    public string? CaptionPrefix { get; set; }

    /// <inheritdoc cref="CaptionsSettings.CaptionSuffix"/>
    [Parameter]
    [Alias("caption_suffix")]
    public string? CaptionSuffix { get; set; }

    /// <inheritdoc cref="CaptionsSettings.CaptionDropoutRate"/>
    [Parameter]
    [Alias("caption_dropout_rate")]
    public double CaptionDropoutRate { get; set; }

    /// <inheritdoc cref="CaptionsSettings.CaptionDropoutEveryNEpochs"/>
    [Parameter]
    [Alias("caption_dropout_every_n_epochs")]
    public int CaptionDropoutEveryNEpochs { get; set; }

    /// <inheritdoc cref="CaptionsSettings.CaptionTagDropoutRate"/>
    [Parameter]
    [Alias("caption_tag_dropout_rate")]
    public double CaptionTagDropoutRate { get; set; }

    /// <inheritdoc cref="CaptionsSettings.TokenWarmupMin"/>
    [Parameter]
    [Alias("token_warmup_min")]
    public int TokenWarmupMin { get; set; }

    /// <inheritdoc cref="CaptionsSettings.TokenWarmupStep"/>
    [Parameter]
    [Alias("token_warmup_step")]
    public StepsOrShare TokenWarmupStep { get; set; }

    /// <inheritdoc cref="CaptionsSettings.WeightedCaptions"/>
    [Parameter]
    [Alias("weighted_captions")]
    public SwitchParameter WeightedCaptions { get; set; }

    /// <inheritdoc cref="CaptionsSettings.MaxTokenLength"/>
    [Parameter]
    [Alias("max_token_length")]
    public int MaxTokenLength { get; set; }
}
