namespace KohyaPS.Engine.Training;

/// <summary>What a training step needs to know beyond its parts.</summary>
/// <param name="ScalingFactor">The VAE's: latents of the U-Net = encoded latents times this.</param>
/// <param name="ClipSkip">1 takes the text encoder's last layer.</param>
/// <param name="EndToken">Id of the token that ends a text, where the U-Net takes the text as one vector too.</param>
/// <param name="TrainsTextEncoder">Whether gradients flow into the text encoder's adapters.</param>
internal sealed record StepOptions(double ScalingFactor, int ClipSkip, long EndToken, bool TrainsTextEncoder);
