using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>What one sample is trained on from its picture.</summary>
/// <param name="Mean">[1, 4, h, w] float32.</param>
/// <param name="Deviation">[1, 4, h, w] float32.</param>
/// <param name="Mask">[1, h, w] float32 in 0 to 1, how much each place counts; null where all count.</param>
/// <param name="IsFlipped">True where the picture is mirrored.</param>
/// <param name="Conditioning">What SDXL is told about the picture.</param>
internal sealed record SampleLatents(Tensor Mean, Tensor Deviation, Tensor? Mask, bool IsFlipped, SizeConditioning Conditioning);
