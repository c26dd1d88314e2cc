namespace KohyaPS.Engine.Imaging;

/// <summary>Several pictures of one size on a white sheet, row by row.</summary>
internal static class ContactSheet
{
    private const int Gap = 4;

    /// <summary>The sheet; the pictures stay the caller's.</summary>
    /// <param name="rows">Rows of pictures.</param>
    public static PixelBuffer Compose(IReadOnlyList<IReadOnlyList<PixelBuffer>> rows)
    {
        var (width, height) = (rows[0][0].Width, rows[0][0].Height);
        var columns = rows.Max(r => r.Count);
        var sheet = new PixelBuffer(columns * (width + Gap) + Gap, rows.Count * (height + Gap) + Gap, 3);
        sheet.Pixels.Fill(255);
        for (var r = 0; r < rows.Count; r++)
            for (var c = 0; c < rows[r].Count; c++)
                for (var y = 0; y < height; y++)
                    rows[r][c].Row(y).CopyTo(sheet.Row(Gap + r * (height + Gap) + y)[((Gap + c * (width + Gap)) * 3)..]);
        return sheet;
    }
}
