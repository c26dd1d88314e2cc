namespace KohyaPS;

/// <summary>How the text of a picture becomes what the text encoder reads.</summary>
public sealed record CaptionsSettings : SettingGroup
{
    /// <summary>Extension of caption files, such as .txt. Not set: detected from the files beside the pictures.</summary>
    [Setting(Gui = "caption_extension", TrainerDefault = ".caption", Why = "detected from the files beside the pictures")]
    public string? CaptionExtension { get; init; }

    /// <summary>Shuffle the tags of a caption anew each time it is read.</summary>
    [Setting(Gui = "shuffle_caption")]
    public bool ShuffleCaption { get; init; }

    /// <summary>What separates the tags of a caption.</summary>
    [Setting]
    public string CaptionSeparator { get; init; } = ",";

    /// <summary>Number of leading tags that are never shuffled or dropped.</summary>
    [Setting(Gui = "keep_tokens", Minimum = 0)]
    public int KeepTokens { get; init; }

    /// <summary>Marker that splits a caption into a fixed head, a flexible middle and a fixed tail; wins over KeepTokens.</summary>
    [Setting]
    public string? KeepTokensSeparator { get; init; }

    /// <summary>Joins tags into one unit for shuffling and dropping.</summary>
    [Setting]
    public string? SecondarySeparator { get; init; }

    /// <summary>Expand {a|b|c} at random and draw one line of captions with several lines.</summary>
    [Setting]
    public bool EnableWildcard { get; init; }

    /// <summary>Text put before every caption.</summary>
    [Setting]
    public string? CaptionPrefix { get; init; }

    /// <summary>Text put after every caption.</summary>
    [Setting]
    public string? CaptionSuffix { get; init; }

    /// <summary>Probability that a whole caption is left empty.</summary>
    [Setting(Gui = "caption_dropout_rate", Minimum = 0, Maximum = 1)]
    public double CaptionDropoutRate { get; init; }

    /// <summary>Leave all captions empty in every N-th epoch; 0 never does.</summary>
    [Setting(Gui = "caption_dropout_every_n_epochs", Minimum = 0)]
    public int CaptionDropoutEveryNEpochs { get; init; }

    /// <summary>Probability that a flexible tag is dropped.</summary>
    [Setting(Minimum = 0, Maximum = 1)]
    public double CaptionTagDropoutRate { get; init; }

    /// <summary>Number of tags used at the first step of the tag warm-up.</summary>
    [Setting(Minimum = 0)]
    public int TokenWarmupMin { get; init; } = 1;

    /// <summary>Step at which all tags are in use: a number of steps, or a share of the training such as 0.1 or 10%.</summary>
    [Setting]
    public StepsOrShare TokenWarmupStep { get; init; }

    /// <summary>Read weights such as (word:1.3) and [word] in captions.</summary>
    [Setting(Gui = "weighted_captions")]
    public bool WeightedCaptions { get; init; }

    /// <summary>Longest caption in tokens: 75, 150 or 225.</summary>
    [Setting(Gui = "max_token_length", Choices = [75, 150, 225])]
    public int MaxTokenLength { get; init; } = 75;
}
