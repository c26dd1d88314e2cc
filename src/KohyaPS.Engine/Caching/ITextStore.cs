using KohyaPS.Engine.Models.Clip;

namespace KohyaPS.Engine.Caching;

/// <summary>Keeps what text encoders say of captions between trainings.</summary>
internal interface ITextStore
{
    /// <summary>What is kept for a picture's caption; null where there is nothing usable. The tensors belong to the caller's dispose scope.</summary>
    /// <param name="caption">The caption as it is trained.</param>
    /// <param name="image">The picture; null where only the caption counts.</param>
    TextConditions? Find(string caption, TrainingImage? image);

    /// <summary>The file that is there for a picture's caption, whether it can be used or not; null where there is none.</summary>
    string? FileOf(string caption, TrainingImage image);

    /// <summary>Keeps what the encoders say; the tensors stay the caller's.</summary>
    void Write(string caption, TrainingImage image, TextConditions conditions);
}
