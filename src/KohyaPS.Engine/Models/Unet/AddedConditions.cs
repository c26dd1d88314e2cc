using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>The vector conditioning of SDXL.</summary>
/// <param name="Pooled">[B, P] pooled text state.</param>
/// <param name="Sizes">[B, 6] original height and width, crop top and left, target height and width, in pixels.</param>
internal sealed record AddedConditions(Tensor Pooled, Tensor Sizes);
