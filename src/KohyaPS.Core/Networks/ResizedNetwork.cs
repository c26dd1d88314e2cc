namespace KohyaPS;

/// <summary>A network that was resized.</summary>
public sealed record ResizedNetwork
{
    /// <summary>Full path of the new file.</summary>
    public required string Path { get; init; }

    /// <summary>The same as <see cref="Path"/>, under the name by which cmdlets take files from the pipeline.</summary>
    public string FullName => Path;

    /// <summary>The network that it was made from.</summary>
    public required string Source { get; init; }

    /// <summary>What was kept of each module.</summary>
    public IReadOnlyList<ResizedModule> Modules { get; init; } = [];

    /// <summary>Mean of the shares of the Frobenius norm that were kept, over the modules that change anything.</summary>
    public double MeanFroRetained => Kept.Count == 0 ? double.NaN : Kept.Average();

    /// <summary>Standard deviation of those shares.</summary>
    public double DeviationOfFroRetained => Kept.Count == 0 ? double.NaN : Math.Sqrt(Kept.Average(f => (f - MeanFroRetained) * (f - MeanFroRetained)));

    /// <summary>The metadata written to its header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    private List<double> Kept => [.. Modules.Select(m => m.FroRetained).Where(f => !double.IsNaN(f))];
}
