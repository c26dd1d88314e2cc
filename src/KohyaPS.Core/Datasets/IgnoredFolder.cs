namespace KohyaPS;

/// <summary>A folder that was named, or found in an image or regularisation folder, and is not trained.</summary>
/// <param name="Path">Full path of the folder.</param>
/// <param name="Reason">Why it is not trained.</param>
/// <param name="IsRegularization">True below the regularisation folder.</param>
/// <param name="Message">What is wrong and what to do, in a sentence.</param>
public sealed record IgnoredFolder(string Path, IgnoredFolderReason Reason, bool IsRegularization, string Message);
