using System.Runtime.Intrinsics;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// Products of float32 matrices in the processor's cache, eight rows of the result at a time in registers. Libraries lay out their operands
/// anew for each call, which costs as much as the product where one side is as short as the width of a head.
/// </summary>
internal static unsafe class RegisterProduct
{
    /// <summary>Rows of a result come in multiples of this.</summary>
    public const int Rows = 8;

    /// <summary>Columns that the fast kernel computes at once.</summary>
    public const int Columns = 2 * Lanes;

    /// <summary>Columns of a result come in multiples of this.</summary>
    public const int LeastColumns = 8;

    private const int Lanes = 16;

    /// <summary>c = a b, or c += a b.</summary>
    /// <param name="a">First element of the left operand, [rows, depth].</param>
    /// <param name="aRow">Elements from one of its rows to the next.</param>
    /// <param name="aStep">Elements from one of its columns to the next: with the two steps exchanged the operand is taken turned.</param>
    /// <param name="b">First element of the right operand, [depth, columns], columns side by side.</param>
    /// <param name="bStep">Elements from one of its rows to the next.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="c">First element of the result, columns side by side.</param>
    /// <param name="cRow">Elements from one of its rows to the next.</param>
    /// <param name="rows">Rows of the result, a multiple of <see cref="Rows"/>.</param>
    /// <param name="columns">Columns of the result, a multiple of <see cref="LeastColumns"/>.</param>
    /// <param name="adds">Whether the product is added to what stands there.</param>
    public static void Multiply(float* a, nint aRow, nint aStep, float* b, nint bStep, nint depth, float* c, nint cRow, nint rows, nint columns, bool adds)
    {
        for (nint row = 0; row < rows; row += Rows)
        {
            nint column = 0;
            for (; column + Columns <= columns; column += Columns)
                Wide(a + row * aRow, aRow, aStep, b + column, bStep, depth, c + row * cRow + column, cRow, adds);
            for (; column < columns; column += LeastColumns)
                Narrow(a + row * aRow, aRow, aStep, b + column, bStep, depth, c + row * cRow + column, cRow, adds);
        }
    }

    /// <summary>c = a b, where b lies in panels: [panel, depth, <see cref="Columns"/>].</summary>
    /// <param name="a">First element of the left operand, columns side by side.</param>
    /// <param name="aRow">Elements from one of its rows to the next.</param>
    /// <param name="rows">Rows, a multiple of <see cref="Rows"/>.</param>
    /// <param name="panels">First element of the right operand.</param>
    /// <param name="columns">Its columns, a multiple of <see cref="Columns"/>.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="c">First element of the result, columns side by side.</param>
    /// <param name="cRow">Elements from one of its rows to the next.</param>
    public static void MultiplyByPanels(float* a, nint aRow, nint rows, float* panels, nint columns, nint depth, float* c, nint cRow)
    {
        // A panel stays in the fastest cache while all rows pass.
        for (nint column = 0; column < columns; column += Columns)
            for (nint row = 0; row < rows; row += Rows)
                Wide(a + row * aRow, aRow, 1, panels + column * depth, Columns, depth, c + row * cRow + column, cRow, adds: false);
    }

    // Eight rows of 32 columns: sixteen sums in registers.
    private static void Wide(float* a, nint aRow, nint aStep, float* b, nint bStep, nint depth, float* c, nint cRow, bool adds)
    {
        var (l0, l1, l2, l3, l4, l5, l6, l7) = (Zero, Zero, Zero, Zero, Zero, Zero, Zero, Zero);
        var (r0, r1, r2, r3, r4, r5, r6, r7) = (Zero, Zero, Zero, Zero, Zero, Zero, Zero, Zero);
        var a4 = a + 4 * aRow;
        var (row2, row3) = (2 * aRow, 3 * aRow);
        for (; depth > 0; depth--, a += aStep, a4 += aStep, b += bStep)
        {
            var (left, right) = (Vector512.Load(b), Vector512.Load(b + Lanes));
            var s = Vector512.Create(*a);
            (l0, r0) = (Vector512.FusedMultiplyAdd(s, left, l0), Vector512.FusedMultiplyAdd(s, right, r0));
            s = Vector512.Create(a[aRow]);
            (l1, r1) = (Vector512.FusedMultiplyAdd(s, left, l1), Vector512.FusedMultiplyAdd(s, right, r1));
            s = Vector512.Create(a[row2]);
            (l2, r2) = (Vector512.FusedMultiplyAdd(s, left, l2), Vector512.FusedMultiplyAdd(s, right, r2));
            s = Vector512.Create(a[row3]);
            (l3, r3) = (Vector512.FusedMultiplyAdd(s, left, l3), Vector512.FusedMultiplyAdd(s, right, r3));
            s = Vector512.Create(*a4);
            (l4, r4) = (Vector512.FusedMultiplyAdd(s, left, l4), Vector512.FusedMultiplyAdd(s, right, r4));
            s = Vector512.Create(a4[aRow]);
            (l5, r5) = (Vector512.FusedMultiplyAdd(s, left, l5), Vector512.FusedMultiplyAdd(s, right, r5));
            s = Vector512.Create(a4[row2]);
            (l6, r6) = (Vector512.FusedMultiplyAdd(s, left, l6), Vector512.FusedMultiplyAdd(s, right, r6));
            s = Vector512.Create(a4[row3]);
            (l7, r7) = (Vector512.FusedMultiplyAdd(s, left, l7), Vector512.FusedMultiplyAdd(s, right, r7));
        }
        Write(l0, r0, c, adds);
        Write(l1, r1, c + cRow, adds);
        Write(l2, r2, c + 2 * cRow, adds);
        Write(l3, r3, c + 3 * cRow, adds);
        Write(l4, r4, c + 4 * cRow, adds);
        Write(l5, r5, c + 5 * cRow, adds);
        Write(l6, r6, c + 6 * cRow, adds);
        Write(l7, r7, c + 7 * cRow, adds);
    }

    private static Vector512<float> Zero => Vector512<float>.Zero;

    // Eight rows of eight columns, for what is left of a width such as 40.
    private static void Narrow(float* a, nint aRow, nint aStep, float* b, nint bStep, nint depth, float* c, nint cRow, bool adds)
    {
        var none = Vector256<float>.Zero;
        var (s0, s1, s2, s3, s4, s5, s6, s7) = (none, none, none, none, none, none, none, none);
        var a4 = a + 4 * aRow;
        var (row2, row3) = (2 * aRow, 3 * aRow);
        for (; depth > 0; depth--, a += aStep, a4 += aStep, b += bStep)
        {
            var values = Vector256.Load(b);
            s0 = Vector256.FusedMultiplyAdd(Vector256.Create(*a), values, s0);
            s1 = Vector256.FusedMultiplyAdd(Vector256.Create(a[aRow]), values, s1);
            s2 = Vector256.FusedMultiplyAdd(Vector256.Create(a[row2]), values, s2);
            s3 = Vector256.FusedMultiplyAdd(Vector256.Create(a[row3]), values, s3);
            s4 = Vector256.FusedMultiplyAdd(Vector256.Create(*a4), values, s4);
            s5 = Vector256.FusedMultiplyAdd(Vector256.Create(a4[aRow]), values, s5);
            s6 = Vector256.FusedMultiplyAdd(Vector256.Create(a4[row2]), values, s6);
            s7 = Vector256.FusedMultiplyAdd(Vector256.Create(a4[row3]), values, s7);
        }
        Write(s0, c, adds);
        Write(s1, c + cRow, adds);
        Write(s2, c + 2 * cRow, adds);
        Write(s3, c + 3 * cRow, adds);
        Write(s4, c + 4 * cRow, adds);
        Write(s5, c + 5 * cRow, adds);
        Write(s6, c + 6 * cRow, adds);
        Write(s7, c + 7 * cRow, adds);
    }

    private static void Write(Vector512<float> left, Vector512<float> right, float* target, bool adds)
    {
        (adds ? left + Vector512.Load(target) : left).Store(target);
        (adds ? right + Vector512.Load(target + Lanes) : right).Store(target + Lanes);
    }

    private static void Write(Vector256<float> values, float* target, bool adds) =>
        (adds ? values + Vector256.Load(target) : values).Store(target);
}
