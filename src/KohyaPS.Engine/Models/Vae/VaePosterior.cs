using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>The distribution of the latents of an image (Kingma and Welling 2013, arXiv 1312.6114): independent normals.</summary>
internal sealed class VaePosterior : IDisposable
{
    private const double MinLogVariance = -30;
    private const double MaxLogVariance = 20;

    /// <param name="moments">[B, 2 C, h, w] mean and log variance, one after the other on the channels.</param>
    public VaePosterior(Tensor moments)
    {
        using var scope = NewDisposeScope();
        var halves = moments.chunk(2, 1);
        Mean = halves[0].clone().MoveToOuterDisposeScope();
        LogVariance = halves[1].clamp(MinLogVariance, MaxLogVariance).MoveToOuterDisposeScope();
        Deviation = (LogVariance * 0.5).exp_().MoveToOuterDisposeScope();
    }

    /// <summary>[B, C, h, w] the most likely latents.</summary>
    public Tensor Mean { get; }

    /// <summary>[B, C, h, w] log of the variance, -30 to 20.</summary>
    public Tensor LogVariance { get; }

    /// <summary>[B, C, h, w] standard deviation.</summary>
    public Tensor Deviation { get; }

    /// <summary>Latents drawn with given standard normal noise [B, C, h, w]; not yet scaled.</summary>
    public Tensor Sample(Tensor noise)
    {
        using var scope = NewDisposeScope();
        return (Mean + Deviation * noise).MoveToOuterDisposeScope();
    }

    /// <summary>Hands the tensors to the enclosing dispose scope.</summary>
    public VaePosterior MoveOut()
    {
        Mean.MoveToOuterDisposeScope();
        LogVariance.MoveToOuterDisposeScope();
        Deviation.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        LogVariance.Dispose();
        Deviation.Dispose();
    }
}
