namespace KohyaPS;

/// <summary>How the captions and pictures of a subset are read and varied. Named as sd-scripts names them, in PascalCase.</summary>
public sealed record SubsetSettings
{
    /// <summary>Extension of caption files; null looks which of .txt and .caption lie beside the pictures.</summary>
    public string? CaptionExtension { get; init; }

    /// <summary>Shuffle the tags behind the kept ones each time a picture is drawn.</summary>
    public bool ShuffleCaption { get; init; }

    /// <summary>Where captions are split into tags.</summary>
    public string CaptionSeparator { get; init; } = ",";

    /// <summary>Number of leading tags that are neither shuffled nor dropped.</summary>
    public int KeepTokens { get; init; }

    /// <summary>Mark between the fixed head, the varied middle and the fixed tail of a caption; null or empty means none.</summary>
    public string? KeepTokensSeparator { get; init; }

    /// <summary>Binds tags into one unit; replaced by the caption separator at the end. Null or empty means none.</summary>
    public string? SecondarySeparator { get; init; }

    /// <summary>Choose among {a|b|c} and among the lines of a caption at random.</summary>
    public bool EnableWildcard { get; init; }

    /// <summary>Text put before each caption, with one blank.</summary>
    public string? CaptionPrefix { get; init; }

    /// <summary>Text put behind each caption, with one blank.</summary>
    public string? CaptionSuffix { get; init; }

    /// <summary>Probability, 0 to 1, that a picture is trained without its caption.</summary>
    public double CaptionDropoutRate { get; init; }

    /// <summary>Every so many epochs, counted from 1, all captions are left out; 0 means never.</summary>
    public int CaptionDropoutEveryNEpochs { get; init; }

    /// <summary>Probability, 0 to 1, that a tag behind the kept ones is left out.</summary>
    public double CaptionTagDropoutRate { get; init; }

    /// <summary>Number of tags used at step 0 of the tag warm-up.</summary>
    public int TokenWarmupMin { get; init; } = 1;

    /// <summary>Step from which all tags are used, or a share of all steps; 0 means no warm-up.</summary>
    public StepsOrShare TokenWarmupStep { get; init; }

    /// <summary>Vary hue or brightness of a third of the pictures drawn.</summary>
    public bool ColorAug { get; init; }

    /// <summary>Mirror pictures with probability one half.</summary>
    public bool FlipAug { get; init; }

    /// <summary>Cut at a random place instead of the centre.</summary>
    public bool RandomCrop { get; init; }

    /// <summary>Zoom around faces named in the file name (stem_cx_cy_w_h); only without buckets. Null means off.</summary>
    public FaceCropRange? FaceCropAugRange { get; init; }

    /// <summary>Use the alpha channel as weight of the loss.</summary>
    public bool AlphaMask { get; init; }

    /// <summary>How pictures are resized; null averages areas where neither side grows and takes Lanczos otherwise.</summary>
    public ResizeInterpolation? ResizeInterpolation { get; init; }

    /// <summary>Turn pictures upright by their EXIF orientation.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>What becomes of transparent pixels where the alpha channel is no loss mask.</summary>
    public TransparencyHandling Transparency { get; init; }

    /// <summary>The program whose numbers are reproduced where it differs from what is right.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>Free values handed on with each sample of the subset (custom_attributes).</summary>
    public IReadOnlyDictionary<string, object?> CustomAttributes { get; init; } = new Dictionary<string, object?>();

    /// <summary>Teach the network to leave these pictures alone: the target is what the model predicts without it (custom attribute diff_output_preservation).</summary>
    public bool PreservesOutput { get; init; }

    /// <summary>The settings of a configuration that concern subsets.</summary>
    public static SubsetSettings From(LoraConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var captions = config.Captions;
        var augmentation = config.Augmentation;
        return new()
        {
            CaptionExtension = captions.CaptionExtension,
            ShuffleCaption = captions.ShuffleCaption,
            CaptionSeparator = captions.CaptionSeparator,
            KeepTokens = captions.KeepTokens,
            KeepTokensSeparator = captions.KeepTokensSeparator,
            SecondarySeparator = captions.SecondarySeparator,
            EnableWildcard = captions.EnableWildcard,
            CaptionPrefix = captions.CaptionPrefix,
            CaptionSuffix = captions.CaptionSuffix,
            CaptionDropoutRate = captions.CaptionDropoutRate,
            CaptionDropoutEveryNEpochs = captions.CaptionDropoutEveryNEpochs,
            CaptionTagDropoutRate = captions.CaptionTagDropoutRate,
            TokenWarmupMin = captions.TokenWarmupMin,
            TokenWarmupStep = captions.TokenWarmupStep,
            ColorAug = augmentation.ColorAug,
            FlipAug = augmentation.FlipAug,
            RandomCrop = augmentation.RandomCrop,
            FaceCropAugRange = augmentation.FaceCropAugRange is [var minimum, var maximum] ? new(minimum, maximum) : null,
            AlphaMask = config.Objective.AlphaMask,
            ResizeInterpolation = config.Buckets.ResizeInterpolation,
            Compatibility = config.Runtime.Compatibility,
        };
    }
}
