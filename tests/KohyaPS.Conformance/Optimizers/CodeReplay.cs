namespace KohyaPS.Conformance.Optimizers;

/// <summary>The codes of 8-bit states.</summary>
internal static class CodeReplay
{
    public static void Run(OptimizerCase recorded, GoldenCheck check) => GoldenCheck.Skip("8-bit states arrive with their optimizers");
}
