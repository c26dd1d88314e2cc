using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class SchedulesGoldens : GoldenTests<SchedulesFamily>;
