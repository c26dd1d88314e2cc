using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>The sizes of a float32 attention and how its operands lie in working memory.</summary>
/// <param name="Batch">Samples, B.</param>
/// <param name="Heads">Heads of a sample.</param>
/// <param name="Rows">Rows that ask, N.</param>
/// <param name="Keys">Rows that answer, L.</param>
/// <param name="Width">Elements of a row, d.</param>
internal readonly record struct AttentionSizes(nint Batch, nint Heads, nint Rows, nint Keys, nint Width)
{
    /// <summary>Keys side by side in a turned panel.</summary>
    public const int Panel = RegisterProduct.Columns;

    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    public static AttentionSizes Of(Tensor q, Tensor k) => new((nint)q.size(0), (nint)q.size(1), (nint)q.size(2), (nint)k.size(2), (nint)q.size(3));

    /// <summary>Heads of all samples.</summary>
    public nint AllHeads => Batch * Heads;

    /// <summary>Keys in whole panels.</summary>
    public nint PaddedKeys => Padded(Keys, Panel);

    /// <summary>Elements of a packed row.</summary>
    public nint PaddedWidth => Padded(Width, RegisterProduct.LeastColumns);

    /// <summary>What scores are multiplied by.</summary>
    public float Scale => (float)(1 / Math.Sqrt(Width));

    /// <summary>The same where the exponential is a power of two.</summary>
    public float Factor => Scale * RowKernels.Log2E;

    /// <summary>The smallest multiple that holds a count.</summary>
    public static nint Padded(nint count, nint multiple) => (count + multiple - 1) / multiple * multiple;

    /// <summary>As the layers before and after lay rows out: [B, heads, N, d] to a contiguous [B, N, heads, d].</summary>
    public static Tensor Lying(Tensor heads) => heads.transpose(1, 2).contiguous();

    /// <summary>The rows of one head in a contiguous [B, N, heads, d] at an address.</summary>
    public HeadRows RowsOf(nint tensor, nint head) => HeadRows.Of(tensor, head, Heads, Rows, Width);

    /// <summary>The keys of one head in a contiguous [B, L, heads, d] at an address.</summary>
    public HeadRows KeysOf(nint tensor, nint head) => HeadRows.Of(tensor, head, Heads, Keys, Width);
}
