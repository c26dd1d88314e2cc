using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class ConfigsGoldens : GoldenTests<ConfigsFamily>;

public sealed class KohyaPresetsGoldens : GoldenTests<KohyaPresetsFamily>;
