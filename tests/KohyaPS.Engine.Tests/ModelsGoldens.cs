using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class ModelsGoldens : GoldenTests<ModelsFamily>;
