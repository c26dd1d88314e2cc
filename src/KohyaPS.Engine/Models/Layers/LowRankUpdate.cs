using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A change of a weight by two thin matrices: y = W x + scale · up · (down x).</summary>
/// <param name="Down">[r, in]</param>
/// <param name="Up">[out, r]</param>
/// <param name="Scale">Factor of the change.</param>
internal readonly record struct LowRankUpdate(Tensor Down, Tensor Up, double Scale);
