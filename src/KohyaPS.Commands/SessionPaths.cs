using System.Collections.ObjectModel;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace KohyaPS.Commands;

/// <summary>
/// Turns what a user typed into full paths of the file system: relative to the session's location, through drives and ~, with or without
/// wildcards. What leads nowhere, or out of the file system, becomes an error record; the rest goes on.
/// </summary>
internal static class SessionPaths
{
    /// <summary>The existing files and folders that the paths name.</summary>
    /// <param name="cmdlet">The cmdlet that asks; it gets the error records.</param>
    /// <param name="paths">What the user typed.</param>
    /// <param name="isLiteral">True where brackets and stars belong to names.</param>
    public static IEnumerable<string> Existing(PSCmdlet cmdlet, IEnumerable<string> paths, bool isLiteral)
    {
        foreach (var path in paths)
            foreach (var found in isLiteral ? Literal(cmdlet, path) : Wildcard(cmdlet, path))
                yield return found;
    }

    /// <summary>The full path of something that may not exist yet; null after an error record.</summary>
    /// <param name="cmdlet">The cmdlet that asks; it gets the error record.</param>
    /// <param name="path">What the user typed; wildcard characters belong to the name.</param>
    public static string? Unresolved(PSCmdlet cmdlet, string path)
    {
        try
        {
            var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return IsFileSystem(cmdlet, path, provider) ? full : null;
        }
        catch (Exception e) when (IsUnresolvable(e))
        {
            NotFound(cmdlet, path, e.Message);
            return null;
        }
    }

    private static Collection<string> Literal(PSCmdlet cmdlet, string path)
    {
        if (Unresolved(cmdlet, path) is not { } full)
            return [];
        if (Path.Exists(full))
            return [full];
        NotFound(cmdlet, path, $"'{path}' does not exist (looked for '{full}'). Check the path.");
        return [];
    }

    private static Collection<string> Wildcard(PSCmdlet cmdlet, string path)
    {
        try
        {
            var found = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
            if (!IsFileSystem(cmdlet, path, provider))
                return [];
            if (found.Count == 0)
                NotFound(cmdlet, path, $"Nothing matches '{path}'. If brackets, * or ? belong to the name, use -LiteralPath.");
            return found;
        }
        catch (Exception e) when (IsUnresolvable(e))
        {
            NotFound(cmdlet, path, $"{e.Message} Check the path; if brackets, * or ? belong to the name, use -LiteralPath.");
            return [];
        }
    }

    private static bool IsUnresolvable(Exception e) => e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException
        or ProviderNotFoundException or ProviderInvocationException or WildcardPatternException or PSArgumentException or NotSupportedException;

    private static bool IsFileSystem(PSCmdlet cmdlet, string path, ProviderInfo provider)
    {
        if (provider.Name == FileSystemProvider.ProviderName)
            return true;
        var message = $"'{path}' lies in the provider {provider.Name}, not in the file system. Give a folder or file on a disk.";
        cmdlet.WriteError(new ErrorRecord(new PSNotSupportedException(message), "ProviderNotSupported", ErrorCategory.InvalidArgument, path));
        return false;
    }

    private static void NotFound(PSCmdlet cmdlet, string path, string message) =>
        cmdlet.WriteError(new ErrorRecord(new ItemNotFoundException(message), "PathNotFound", ErrorCategory.ObjectNotFound, path));
}
