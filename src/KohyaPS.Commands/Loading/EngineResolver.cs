using System.Reflection;
using System.Runtime.Loader;

namespace KohyaPS.Commands.Loading;

/// <summary>Answers the runtime's question for the engine, at the first use of an engine type and not before.</summary>
internal static class EngineResolver
{
    private static readonly Lock gate = new();
    private static readonly string library = FindLibrary();
    private static EngineLoadContext? context;
    private static int users;

    /// <summary>Starts answering; several runspaces of one process may import the module.</summary>
    internal static void Add()
    {
        lock (gate)
        {
            if (users++ == 0)
                AssemblyLoadContext.Default.Resolving += Resolve;
        }
    }

    /// <summary>Stops answering when the last runspace removed the module. A loaded engine stays loaded.</summary>
    internal static void Remove()
    {
        lock (gate)
        {
            if (users > 0 && --users == 0)
                AssemblyLoadContext.Default.Resolving -= Resolve;
        }
    }

    private static Assembly? Resolve(AssemblyLoadContext asker, AssemblyName name)
    {
        if (name.Name != EngineLoadContext.EngineName)
            return null;
        lock (gate)
        {
            context ??= new EngineLoadContext(library);
            return context.LoadFromAssemblyName(name);
        }
    }

    // Module/KohyaPS/bin holds this assembly, Module/KohyaPS/lib the engine.
    private static string FindLibrary()
    {
        var bin = Path.GetDirectoryName(typeof(EngineResolver).Assembly.Location)!;
        return Path.GetFullPath(Path.Combine(bin, "..", "lib"));
    }
}
