using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class NetworkGoldens : GoldenTests<NetworkFamily>;
