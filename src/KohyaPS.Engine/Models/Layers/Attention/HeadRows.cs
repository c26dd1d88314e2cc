using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>The rows of one head in a contiguous float32 [B, N, heads, d].</summary>
/// <param name="First">The head's first row.</param>
/// <param name="Step">Elements from one row to the next.</param>
/// <param name="Count">Rows, N.</param>
/// <param name="Width">Elements of a row, d.</param>
internal readonly unsafe record struct HeadRows(nint First, nint Step, nint Count, nint Width)
{
    /// <param name="tensor">Address of the tensor's first element.</param>
    /// <param name="head">Sample times heads plus head.</param>
    /// <param name="heads">Heads of a sample.</param>
    /// <param name="count">Rows, N.</param>
    /// <param name="width">Elements of a row, d.</param>
    public static HeadRows Of(nint tensor, nint head, nint heads, nint count, nint width) =>
        new(tensor + sizeof(float) * (head / heads * count * heads + head % heads) * width, heads * width, count, width);

    /// <summary>The elements of a row.</summary>
    public float* this[nint row] => (float*)First + row * Step;

    /// <summary>Copies rows side by side; what there is not becomes zero.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">Rows there are.</param>
    /// <param name="target">[rows, padded width]</param>
    /// <param name="rows">Rows of the copy.</param>
    /// <param name="paddedWidth">Elements of a row of the copy.</param>
    public void Pack(nint first, nint count, float* target, nint rows, nint paddedWidth)
    {
        NativeMemory.Clear(target, (nuint)(rows * paddedWidth * sizeof(float)));
        for (nint row = 0; row < count; row++)
            Buffer.MemoryCopy(this[first + row], target + row * paddedWidth, Width * sizeof(float), Width * sizeof(float));
    }

    /// <summary>Copies all rows turned, in panels of some of them: [panel, width, rows of a panel]; what there is not becomes zero.</summary>
    /// <param name="target">Room for whole panels.</param>
    /// <param name="panel">Rows of a panel.</param>
    public void PackTurned(float* target, nint panel)
    {
        for (nint start = 0; start < Count; start += panel, target += panel * Width)
        {
            if (Count - start < panel)
                NativeMemory.Clear(target, (nuint)(panel * Width * sizeof(float)));
            for (nint i = 0; i < Math.Min(panel, Count - start); i++)
            {
                var row = this[start + i];
                for (nint e = 0; e < Width; e++)
                    target[e * panel + i] = row[e];
            }
        }
    }
}
