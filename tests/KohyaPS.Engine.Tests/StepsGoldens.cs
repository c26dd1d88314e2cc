using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class StepsGoldens : GoldenTests<StepsFamily>;
