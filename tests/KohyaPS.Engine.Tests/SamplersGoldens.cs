using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class SamplersGoldens : GoldenTests<SamplersFamily>;
