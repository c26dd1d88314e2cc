namespace KohyaPS.Files;

/// <summary>
/// Which file names and paths work on Windows as well as on Linux ("Naming Files, Paths, and Namespaces" of the Windows documentation).
/// Files travel between systems, so names are held to the stricter rules everywhere; paths are held to Windows' rules on Windows.
/// </summary>
public static class PortableName
{
    /// <summary>Leaves room for the suffixes that a training adds, such as -step00001000-state, below the limit of 255.</summary>
    private const int MaxLength = 200;

    private static readonly string[] devices =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        .. from port in (string[])["COM", "LPT"] from number in "123456789\u00b9\u00b2\u00b3" select port + number,
    ];

    /// <summary>Why a name cannot be the name of a file; null where it can.</summary>
    public static string? Problem(string name)
    {
        if (name.Trim().Length == 0)
            return "is empty";
        if (name.IndexOfAny(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) is var bad and >= 0)
            return $"contains {name[bad]}";
        if (name.Any(char.IsControl))
            return "contains a control character";
        if (name[^1] is '.' or ' ' || name[0] == ' ')
            return "begins or ends with a blank, or ends with a dot, which Windows drops";
        if (IsDevice(name))
            return "is the name of a device on Windows, whatever follows the dot";
        return name.Length > MaxLength ? $"is longer than {MaxLength} characters" : null;
    }

    /// <summary>True for the names of devices on Windows, whatever follows the dot.</summary>
    internal static bool IsDevice(string name) => devices.Contains(name.Split('.')[0].TrimEnd(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a path does not mean on Windows what it seems to mean; null where it does.</summary>
    public static string? PathProblem(string path)
    {
        if (path.Length > 1 && path[0] is '"' or '\'' && path[^1] == path[0])
            return "is in quotes; they are part of the command line, not of the path";
        // \\?\ and \\.\ switch all of Windows' own rules off.
        var isVerbatim = path.StartsWith(@"\\?\", StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal);
        if (isVerbatim)
            return null;
        var hasDrive = path.Length >= 2 && char.IsAsciiLetter(path[0]) && path[1] == ':';
        if (hasDrive && (path.Length == 2 || path[2] is not ('\\' or '/')))
            return $"depends on the folder that drive {path[..2]} happens to be in; write {path[..2]}\\ and the whole path";
        var parts = path[(hasDrive ? 2 : 0)..].Split(['\\', '/'], StringSplitOptions.RemoveEmptyEntries);
        return parts.Where(part => part is not ("." or "..")).Select(part => Problem(part) is { } why ? $"has a part '{part}' that {why}" : null).FirstOrDefault(why => why is not null);
    }
}
