using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class TokenizerGoldens : GoldenTests<TokenizerFamily>;
