namespace KohyaPS;

/// <summary>A picture that takes part in a training: how often and at which size.</summary>
/// <param name="Index">Its place among all registered pictures of the training, from 0; a key for random draws.</param>
/// <param name="Image">The picture.</param>
/// <param name="Repeats">Uses in an epoch; for regularisation pictures after balancing.</param>
/// <param name="Assignment">Its bucket.</param>
/// <param name="IsBucketed">False where buckets are off and all pictures have the training resolution.</param>
public sealed record RegisteredImage(int Index, TrainingImage Image, long Repeats, BucketAssignment Assignment, bool IsBucketed = true);
