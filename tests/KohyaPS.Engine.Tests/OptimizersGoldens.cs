using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class OptimizersGoldens : GoldenTests<OptimizersFamily>;
