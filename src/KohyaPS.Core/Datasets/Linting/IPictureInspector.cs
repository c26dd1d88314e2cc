namespace KohyaPS;

/// <summary>Decodes pictures for the linter. Core knows headers only; whoever can decode pixels implements this.</summary>
public interface IPictureInspector
{
    /// <summary>Looks at the pixels of a picture; called from several threads at once. Faults are returned, not thrown.</summary>
    /// <param name="image">A picture whose header is sound.</param>
    PictureFacts Inspect(TrainingImage image);
}
