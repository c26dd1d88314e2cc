namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Checkpoints to be mixed.</summary>
/// <param name="Models">The files, with a ratio each; the first decides what the result holds.</param>
/// <param name="Destination">The file to write.</param>
public sealed record ModelMergeRequest(IReadOnlyList<(string Path, double Ratio)> Models, string Destination)
{
    /// <summary>Takes everything but the U-Net from the first model.</summary>
    public bool UnetOnly { get; init; }

    /// <summary>Type of the arithmetic.</summary>
    public SavePrecision MergePrecision { get; init; }

    /// <summary>Type of the saved weights.</summary>
    public SavePrecision Precision { get; init; }

    /// <summary>Told after each tensor how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Told what the user should know.</summary>
    public Action<string>? Warning { get; init; }
}
