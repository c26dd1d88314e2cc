namespace KohyaPS.Runtime.Packages;

/// <summary>Where packages come from: a folder, or a server that speaks NuGet's protocol.</summary>
public interface IPackageSource
{
    /// <summary>The source as the user named it.</summary>
    string Name { get; }

    /// <summary>Opens a package from a position on, so that a broken download can go on.</summary>
    /// <exception cref="TrainingException">The source does not have it, or cannot be reached.</exception>
    PackageContent Open(PackageIdentity package, long offset, CancellationToken cancel);
}

/// <summary>The bytes of a package from a position on.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Offset">Where they begin; 0 when the source cannot begin elsewhere.</param>
/// <param name="TotalBytes">The size of the whole package.</param>
public sealed record PackageContent(Stream Bytes, long Offset, long TotalBytes) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Bytes.Dispose();
}
