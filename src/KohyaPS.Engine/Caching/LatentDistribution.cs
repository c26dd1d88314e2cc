using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>The distribution of one picture's latents, independent normals; not yet multiplied by the VAE's scaling factor.</summary>
/// <param name="Mean">[1, 4, h, w] float32.</param>
/// <param name="Deviation">[1, 4, h, w] float32.</param>
internal sealed record LatentDistribution(Tensor Mean, Tensor Deviation);
