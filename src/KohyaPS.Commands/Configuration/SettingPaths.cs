using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Paths that a user types: seen from the session, stored as given.</summary>
internal static class SettingPaths
{
    /// <summary>The session's folder in the file system, also while its location is elsewhere.</summary>
    internal static string CurrentFolder(PSCmdlet cmdlet) => cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>
    /// The path to store: as given, but without quotes pasted around it, and resolved where it means something in this session only (~ and PowerShell drives).
    /// </summary>
    internal static string AsGiven(PSCmdlet cmdlet, string path)
    {
        var trimmed = path.Trim().Trim('"', '\'').Trim();
        if (trimmed != path)
            cmdlet.WriteVerbose($"Blanks or quotes around the path '{trimmed}' are left out.");
        if (trimmed == "~" || trimmed.StartsWith("~/", StringComparison.Ordinal) || trimmed.StartsWith("~\\", StringComparison.Ordinal))
            return cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(trimmed);
        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || trimmed.Contains("://", StringComparison.Ordinal))
            return colon == 1 ? FromDrive(cmdlet, trimmed) : trimmed;
        return FromDrive(cmdlet, trimmed);
    }

    /// <summary>Paths of a drive that this session does not have are kept: a config may be made on another machine than it runs on.</summary>
    private static string FromDrive(PSCmdlet cmdlet, string path)
    {
        try
        {
            var resolved = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (provider.Name != "FileSystem")
                throw new PSArgumentException($"'{path}' is in {provider.Name}, but files and folders are needed. Give a path of the file system.");
            return resolved;
        }
        catch (System.Management.Automation.DriveNotFoundException)
        {
            return path;
        }
    }
}
