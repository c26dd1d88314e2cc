using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

public sealed class DatasetGoldens : GoldenTests<DatasetFamily>;

public sealed class CaptionsGoldens : GoldenTests<CaptionsFamily>;

public sealed class ImagesGoldens : GoldenTests<ImagesFamily>;
