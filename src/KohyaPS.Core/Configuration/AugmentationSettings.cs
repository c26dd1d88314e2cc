namespace KohyaPS;

/// <summary>Changes to a picture that are drawn anew each time.</summary>
public sealed record AugmentationSettings : SettingGroup
{
    /// <summary>Shift hue or gamma a little, at random.</summary>
    [Setting(Gui = "color_aug")]
    public bool ColorAug { get; init; }

    /// <summary>Mirror each picture with probability one half.</summary>
    [Setting(Gui = "flip_aug")]
    public bool FlipAug { get; init; }

    /// <summary>Crop at a random place instead of the centre.</summary>
    [Setting(Gui = "random_crop")]
    public bool RandomCrop { get; init; }

    /// <summary>Two numbers, the smallest and largest zoom for crops around the face named by the file name.</summary>
    [Setting]
    public IReadOnlyList<double>? FaceCropAugRange { get; init; }
}
