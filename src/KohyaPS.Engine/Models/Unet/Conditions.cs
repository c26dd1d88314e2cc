using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>What every block of the U-Net sees besides the latents.</summary>
/// <param name="ActivatedTime">[B, T] SiLU of the time (and size) embedding, in the compute type.</param>
/// <param name="Context">[B, L, Cctx] text states, in the compute type.</param>
internal sealed record Conditions(Tensor ActivatedTime, Tensor Context);
