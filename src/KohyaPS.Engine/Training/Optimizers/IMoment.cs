using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A moment of some elements, whatever it is kept as between two steps.</summary>
internal interface IMoment
{
    /// <summary>The moment as float32 where the parameters are; it may be changed.</summary>
    Tensor Load();

    /// <summary>Keeps the changed moment until the next step.</summary>
    void Store(Tensor moment);
}
