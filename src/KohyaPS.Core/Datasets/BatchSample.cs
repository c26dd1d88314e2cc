namespace KohyaPS;

/// <summary>One picture in a batch.</summary>
/// <param name="Image">The picture and its bucket.</param>
/// <param name="Ordinal">Its place among all samples of the epoch, from 0; with seed and epoch the key of its random draws.</param>
public readonly record struct BatchSample(RegisteredImage Image, int Ordinal);
