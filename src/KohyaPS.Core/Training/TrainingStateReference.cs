namespace KohyaPS;

/// <summary>Names a state: by its folder or by the object that Get-TrainingState returns.</summary>
public sealed class TrainingStateReference
{
    /// <param name="path">The state's folder.</param>
    public TrainingStateReference(string path) => Path = path;

    /// <param name="state">The state.</param>
    public TrainingStateReference(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Path = state.Path;
    }

    /// <summary>The state's folder.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
