using System.Globalization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>The modules of a merged network.</summary>
/// <param name="Tensors">By key.</param>
/// <param name="Dim">ss_network_dim.</param>
/// <param name="Alpha">ss_network_alpha.</param>
/// <param name="Arguments">ss_network_args, or null.</param>
internal sealed record MergedModules(IReadOnlyList<(string Name, Tensor Value)> Tensors, string Dim, string Alpha, string? Arguments = null)
{
    /// <summary>The value that all modules share as text, or "Dynamic".</summary>
    public static string Common<T>(IEnumerable<T> values, Func<T, string> text) => values.Distinct().ToList() is [var only] ? text(only) : "Dynamic";

    /// <summary>A whole number as text.</summary>
    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
}
