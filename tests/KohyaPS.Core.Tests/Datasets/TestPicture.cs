using System.Buffers.Binary;
using System.IO.Compression;

namespace KohyaPS.Core.Tests.Datasets;

/// <summary>Writes small sound PNG files without a picture library.</summary>
internal static class TestPicture
{
    public const byte Grey = 0, Rgb = 2, Rgba = 6;

    /// <summary>A picture whose pixels follow from the seed.</summary>
    public static void Png(string path, int width = 512, int height = 512, int seed = 0, byte color = Rgb, byte depth = 8, int orientation = 1, bool isAnimated = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var channels = color switch { Grey => 1, Rgb => 3, _ => 4 };
        var row = new byte[1 + width * channels * depth / 8];
        for (var i = 1; i < row.Length; i++)
            row[i] = (byte)(seed * 37 + i / channels % 7);
        using var pixels = new MemoryStream();
        using (var zip = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
            for (var y = 0; y < height; y++)
                zip.Write(row);
        using var file = File.Create(path);
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, color);
        Chunk(file, "IHDR", header);
        if (isAnimated)
            Chunk(file, "acTL", [0, 0, 0, 2, 0, 0, 0, 0]);
        if (orientation != 1)
            Chunk(file, "eXIf", [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0]);
        Chunk(file, "IDAT", pixels.ToArray());
        Chunk(file, "IEND", []);
    }

    /// <summary>A JPEG header of four channels; no pixels.</summary>
    public static void CmykJpegHeader(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path,
        [
            0xFF, 0xD8, 0xFF, 0xC0, 0, 20, 8, 2, 0, 2, 0, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
            0xFF, 0xDA, 0, 2, 0xFF, 0xD9,
        ]);
    }

    private static void Chunk(FileStream file, string name, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] content = [.. System.Text.Encoding.ASCII.GetBytes(name), .. data];
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(content));
        file.Write(number);
    }

    // CRC-32 of ISO 3309, as PNG uses it.
    private static uint Crc(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
