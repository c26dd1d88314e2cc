using System.Runtime.CompilerServices;
using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Tests;

/// <summary>Before any test touches TorchSharp, libtorch starts as it does in a training: the numbers must hold with the settings that users get.</summary>
internal static class StartLibtorch
{
    [ModuleInitializer]
    internal static void Run() => TorchRuntime.Start();
}
