using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class ObjectivesGoldens : GoldenTests<ObjectivesFamily>;
