using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>What a model's output says about the latents without noise and the noise in them.</summary>
internal static class ModelPrediction
{
    /// <summary>Latents and noise, where input = signal latents + noise deviation, the squares of the two factors summing to 1.</summary>
    /// <param name="prediction">What the output means.</param>
    /// <param name="output">The model's output.</param>
    /// <param name="input">What the model was shown.</param>
    /// <param name="signal">sqrt(alphasCumprod).</param>
    /// <param name="deviation">sqrt(1 - alphasCumprod).</param>
    public static (Tensor Latents, Tensor Noise) Split(PredictionType prediction, Tensor output, Tensor input, double signal, double deviation) => prediction switch
    {
        PredictionType.Velocity => (signal * input - deviation * output, signal * output + deviation * input),
        _ => ((input - deviation * output) / signal, output.alias()),
    };

    /// <summary>The latents, where input = latents + sigma noise and the model was shown input / sqrt(sigma^2 + 1).</summary>
    public static Tensor Latents(PredictionType prediction, Tensor output, Tensor input, double sigma) => prediction switch
    {
        PredictionType.Velocity => input / (sigma * sigma + 1) - output * (sigma / Math.Sqrt(sigma * sigma + 1)),
        _ => input - sigma * output,
    };
}
