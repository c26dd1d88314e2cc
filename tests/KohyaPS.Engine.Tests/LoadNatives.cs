using System.Runtime.CompilerServices;
using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Tests;

/// <summary>TorchSharp must find the staged natives before any test touches it.</summary>
internal static class LoadNatives
{
    [ModuleInitializer]
    internal static void Run() => NativeLibraries.Load();
}
