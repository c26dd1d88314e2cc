using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class DatasetGoldens : GoldenTests<DatasetFamily>;
