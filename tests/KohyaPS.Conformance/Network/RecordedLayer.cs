using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Network;

/// <summary>The frozen layer of a recorded case.</summary>
internal sealed class RecordedLayer(Tensor weight, Tensor? bias, int stride, int padding) : IAdaptableLayer
{
    public string Path => "layer";

    public Tensor Weight => weight;

    public int Stride => stride;

    public int Padding => padding;

    public IAdapter? Adapter { get; set; }

    public Tensor Forward(Tensor x)
    {
        var output = weight.dim() == 2
            ? nn.functional.linear(x, weight, bias)
            : nn.functional.conv2d(x, weight, bias, [stride, stride], [padding, padding]);
        return Adapter is null ? output : Adapter.Apply(x, output);
    }

    public void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}
