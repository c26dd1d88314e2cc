namespace KohyaPS.Datasets;

/// <summary>The orientation tag, from EXIF data or from XMP text. Values other than 1 to 8 count as absent.</summary>
internal static class ExifOrientation
{
    public const int Tag = 274;

    /// <summary>Longer EXIF or XMP blocks are not looked into.</summary>
    public const int MaxBytes = 1 << 20;

    public static int? Of(ReadOnlySpan<byte> exif) =>
        TiffDirectory.Read(exif).TryGetValue(Tag, out var value) && value is >= 1 and <= 8 ? (int)value : null;

    /// <summary>Finds tiff:Orientation="6" or &lt;tiff:Orientation&gt;6&lt;.</summary>
    public static int? OfXmp(ReadOnlySpan<byte> xmp)
    {
        var name = "tiff:Orientation"u8;
        var at = xmp.IndexOf(name);
        if (at < 0)
            return null;
        var rest = xmp[(at + name.Length)..];
        var digit = rest switch
        {
            [(byte)'=', (byte)'"' or (byte)'\'', var d, (byte)'"' or (byte)'\'', ..] => d,
            [(byte)'>', var d, (byte)'<', ..] => d,
            _ => (byte)0,
        };
        return digit is >= (byte)'1' and <= (byte)'8' ? digit - '0' : null;
    }
}
