using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>One step after the other, without a graph: each image goes as soon as the next one is there, since at full size they are large.</summary>
internal static class ImageChain
{
    /// <summary>The result of the last step.</summary>
    /// <param name="x">Goes too.</param>
    /// <param name="steps">Each makes a new tensor of what it is given.</param>
    public static Tensor Run(Tensor x, IEnumerable<Func<Tensor, Tensor>> steps)
    {
        foreach (var step in steps)
        {
            using var before = x;
            x = step(before);
        }
        return x;
    }

    /// <summary>A copy with the channels of each pixel side by side, the layout in which convolutions need no copies of their own.</summary>
    /// <param name="x">[B, C, h, w]</param>
    public static Tensor ChannelsLast(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
