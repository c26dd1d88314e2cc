using System.Reflection;
using System.Runtime.Loader;

namespace KohyaPS.Commands.Loading;

/// <summary>
/// Holds the engine and its packages (TorchSharp, ImageSharp, YamlDotNet, Tomlyn) apart from whatever versions of them other modules bring.
/// </summary>
/// <remarks>
/// It cannot be unloaded: native libraries and their callbacks outlive an unload. KohyaPS.Core comes from the default context, so that the
/// objects that the engine returns are the ones that users see and name.
/// </remarks>
internal sealed class EngineLoadContext(string folder) : AssemblyLoadContext("KohyaPS", isCollectible: false)
{
    /// <summary>The one assembly that is asked for by name from outside.</summary>
    internal const string EngineName = "KohyaPS.Engine";

    private static readonly Assembly core = typeof(CheckpointFormatException).Assembly;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == core.GetName().Name)
            return core;
        var path = Path.Combine(folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
