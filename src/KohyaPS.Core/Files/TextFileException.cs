namespace KohyaPS.Files;

/// <summary>A file is not the text that was expected. The message says what it is instead, without the file's name and the last full stop.</summary>
internal sealed class TextFileException(string message, Exception? inner = null) : FormatException(message, inner);
