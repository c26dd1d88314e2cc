namespace KohyaPS.Datasets;

/// <summary>One folder and its new name, both without their path.</summary>
/// <param name="From">The old name.</param>
/// <param name="To">The new name.</param>
internal sealed record FolderRename(string From, string To);
