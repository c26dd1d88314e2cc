namespace KohyaPS.Runtime.Packages;

/// <summary>Name and version of a NuGet package.</summary>
public sealed record PackageIdentity(string Id, string Version)
{
    /// <summary>The name of its file, in lower case as sources spell it.</summary>
    public string FileName => $"{Id.ToLowerInvariant()}.{Version.ToLowerInvariant()}.nupkg";

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {Version}";
}
