using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="AugmentationSettings.ColorAug"/>
    [Parameter]
    [Alias("color_aug")]
    public SwitchParameter ColorAug { get; set; }

    /// <inheritdoc cref="AugmentationSettings.FlipAug"/>
    [Parameter]
    [Alias("flip_aug")]
    public SwitchParameter FlipAug { get; set; }

    /// <inheritdoc cref="AugmentationSettings.RandomCrop"/>
    [Parameter]
    [Alias("random_crop")]
    public SwitchParameter RandomCrop { get; set; }

    /// <inheritdoc cref="AugmentationSettings.FaceCropAugRange"/>
    [Parameter]
    [Alias("face_crop_aug_range")]
    public double[]? FaceCropAugRange { get; set; }
}
