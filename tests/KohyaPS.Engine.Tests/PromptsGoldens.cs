using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

/// <summary>The recorded prompts.</summary>
public sealed class PromptsGoldens : GoldenTests<PromptsFamily>;
