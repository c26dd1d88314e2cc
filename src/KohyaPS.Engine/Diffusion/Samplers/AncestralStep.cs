namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>An ancestral step goes down further than to the next level, and takes the difference back as fresh noise.</summary>
/// <param name="Down">The level that the deterministic part goes to.</param>
/// <param name="Up">The deviation of the fresh noise: Down^2 + Up^2 = the square of the next level.</param>
internal readonly record struct AncestralStep(double Down, double Up)
{
    /// <summary>The parts of a step between two levels.</summary>
    public static AncestralStep Between(double sigma, double next)
    {
        var up = Math.Sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma));
        return new(Math.Sqrt(next * next - up * up), up);
    }
}
