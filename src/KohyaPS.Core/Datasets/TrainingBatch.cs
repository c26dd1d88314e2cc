namespace KohyaPS;

/// <summary>Pictures of one bucket that are trained together.</summary>
/// <param name="Index">Its place in the epoch, from 0.</param>
/// <param name="Dataset">Which of the training's datasets it belongs to, from 0.</param>
/// <param name="Bucket">The size of all its pictures.</param>
/// <param name="Samples">Its pictures; a picture can occur twice.</param>
public sealed record TrainingBatch(int Index, int Dataset, ImageSize Bucket, IReadOnlyList<BatchSample> Samples);
