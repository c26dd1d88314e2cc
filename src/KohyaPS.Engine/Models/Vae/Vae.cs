using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>The autoencoder of Stable Diffusion (AutoencoderKL): images to latents and back.</summary>
internal sealed class Vae : Block
{
    // The VAE's norms all have this one, unlike the U-Net's.
    private const double NormEpsilon = 1e-6;

    private readonly VaeEncoder encoder;
    private readonly Conv2d quantize;
    private readonly Conv2d unquantize;
    private readonly VaeDecoder decoder;

    /// <param name="weights">The autoencoder's tensors under their diffusers names, read in the compute type.</param>
    /// <param name="config">What the tensors do not tell.</param>
    public Vae(WeightSource weights, VaeConfig config)
        : base(weights.Path)
    {
        Config = config;
        encoder = Add(new VaeEncoder(weights.At("encoder"), config.NormGroups, NormEpsilon));
        quantize = Add(new Conv2d(weights.At("quant_conv")));
        unquantize = Add(new Conv2d(weights.At("post_quant_conv")));
        decoder = Add(new VaeDecoder(weights.At("decoder"), config.NormGroups, NormEpsilon));
    }

    /// <summary>Scaling factor and groups.</summary>
    public VaeConfig Config { get; }

    /// <summary>The compute type: that of the weights.</summary>
    public ScalarType DType => quantize.Weight.dtype;

    /// <summary>Where the weights are, and the inputs must be.</summary>
    public Device Device => quantize.Weight.device;

    /// <param name="pixels">[B, 3, H, W] in -1 to 1, H and W multiples of 8.</param>
    /// <returns>The distribution of the latents [B, 4, H/8, W/8], before <see cref="VaeConfig.ScalingFactor"/>.</returns>
    public VaePosterior Encode(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        // Channel by channel again, as latents from a cache lie: the models after this one round by how their input lies.
        return new VaePosterior(quantize.Forward(encoder.Forward(ImageChain.ChannelsLast(pixels.to(DType)))).contiguous()).MoveOut();
    }

    /// <param name="latents">[B, 4, h, w], already divided by <see cref="VaeConfig.ScalingFactor"/>.</param>
    /// <returns>[B, 3, 8 h, 8 w], about -1 to 1, not clamped.</returns>
    public Tensor Decode(Tensor latents)
    {
        using var scope = NewDisposeScope();
        return decoder.Forward(unquantize.Forward(ImageChain.ChannelsLast(latents.to(DType)))).contiguous().MoveToOuterDisposeScope();
    }
}
