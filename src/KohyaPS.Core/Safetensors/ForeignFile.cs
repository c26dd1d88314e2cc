using System.Text;

namespace KohyaPS.Safetensors;

/// <summary>Recognises what people have under a name that ends in .safetensors though it is something else.</summary>
internal static class ForeignFile
{
    /// <summary>How many first bytes <see cref="Explain"/> looks at.</summary>
    public const int ProbeBytes = 512;

    /// <summary>Says what the file is and how to get the right one; null when it looks like nothing known.</summary>
    /// <param name="start">The first bytes of the file.</param>
    /// <param name="length">Bytes of the whole file.</param>
    public static string? Explain(ReadOnlySpan<byte> start, long length)
    {
        if (length == 0)
            return "is empty (0 bytes): the download or copy did not happen. Download or copy the file again.";
        if (start.IndexOfAnyExcept((byte)0) < 0)
            return "holds only zeros: the download was preallocated and never filled. Download the file again.";
        if (start.StartsWith("PK\u0003\u0004"u8))
            return "is a zip archive, most likely a PyTorch checkpoint (.ckpt, .pt) renamed. Give it its own extension back, or get the .safetensors version of the model.";
        if (start.Length > 1 && start[0] == 0x80 && start[1] is >= 1 and <= 5)
            return "is a Python pickle, most likely an old PyTorch checkpoint (.ckpt, .pt) renamed. Give it its own extension back, or get the .safetensors version of the model.";
        if (start.StartsWith("GGUF"u8))
            return "is a GGUF file of a language or quantised model, not a safetensors file. Get the .safetensors version of the model.";
        var text = Encoding.Latin1.GetString(start).TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            return "is a Git LFS pointer, a few lines of text that stand for the model. Run 'git lfs pull' in its repository, or download the file itself.";
        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<head", StringComparison.OrdinalIgnoreCase))
            return "is a web page, not a model: the download needed a login or followed the link of the page. Use the download link of the file, sign in where the site asks for it, and download again.";
        if (text.StartsWith('{') && text.Contains("\"error\"", StringComparison.OrdinalIgnoreCase))
            return "is the error answer of a web server, not a model. Sign in or use a valid link, and download again.";
        return null;
    }
}
