using System.Globalization;

namespace KohyaPS;

/// <summary>The unit that memory and disk are given in.</summary>
internal static class Gibibyte
{
    /// <summary>Bytes of one.</summary>
    public const long Bytes = 1L << 30;

    /// <summary>A number of bytes in words, for instance <c>7.5 GiB</c>.</summary>
    public static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Bytes:0.0} GiB");
}
