namespace KohyaPS.Safetensors;

/// <summary>The header announces more data than the file has.</summary>
internal sealed class SafetensorsTruncatedException(long announced, long present)
    : FormatException($"it is cut short: its header announces {announced} bytes of data, the file has {present}");
