using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class FormatsGoldens : GoldenTests<FormatsFamily>;
