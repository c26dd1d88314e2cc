using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class NetworkToolsGoldens : GoldenTests<NetworkToolsFamily>;
