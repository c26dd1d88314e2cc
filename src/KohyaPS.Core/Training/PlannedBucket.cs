namespace KohyaPS;

/// <summary>One bucket as a training uses it.</summary>
/// <param name="Width">Width of its pictures in pixels.</param>
/// <param name="Height">Height of its pictures in pixels.</param>
/// <param name="Images">Pictures with their repeats.</param>
/// <param name="Batches">Micro-batches in an epoch.</param>
public sealed record PlannedBucket(int Width, int Height, int Images, int Batches);
