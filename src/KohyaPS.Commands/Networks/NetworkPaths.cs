using System.Management.Automation;
using System.Runtime.InteropServices;

namespace KohyaPS.Commands;

/// <summary>Finds the network files that a user names, and turns what goes wrong with them into error records.</summary>
internal static class NetworkPaths
{
    private const string CheckSpelling = "Check the path and the spelling of the name.";

    /// <summary>The files that a text stands for.</summary>
    /// <param name="cmdlet">The cmdlet whose session resolves the path.</param>
    /// <param name="path">A path; null where a training left no network.</param>
    /// <param name="isLiteral">True where wildcards mean themselves.</param>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    internal static IReadOnlyList<string> Resolve(PSCmdlet cmdlet, string? path, bool isLiteral)
    {
        if (string.IsNullOrEmpty(path))
            throw new FileNotFoundException("The training left no network file: it failed or was stopped before the first save. Look at the Message of its result.");
        try
        {
            if (isLiteral)
                return [FileSystemPath(cmdlet, path)];
            var found = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
            RequireFileSystem(provider, path);
            if (found.Count == 0)
                throw new FileNotFoundException($"No file matches '{path}'. {CureOf(cmdlet)}", path);
            return found;
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw new FileNotFoundException($"There is no file '{path}'. {CureOf(cmdlet)}", path, error);
        }
    }

    /// <summary>The full path of a file that need not exist yet.</summary>
    internal static string FileSystemPath(PSCmdlet cmdlet, string path)
    {
        var resolved = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        RequireFileSystem(provider, path);
        return resolved;
    }

    /// <summary>The error record for what went wrong with a file.</summary>
    internal static ErrorRecord ToRecord(Exception error, object? target) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => new(error, "NetworkNotFound", ErrorCategory.ObjectNotFound, target),
        CheckpointFormatException => new(error, "NetworkUnreadable", ErrorCategory.InvalidData, target),
        // libtorch is not there or does not load.
        TrainingException => new(error, "RuntimeNotReady", ErrorCategory.ResourceUnavailable, target),
        // Below the first line libtorch writes a native stack trace.
        ExternalException => new(
            new InvalidOperationException($"libtorch failed: {error.Message.Split('\n', 2)[0].TrimEnd()} Where memory ran out, end other programs and try again.", error), "LibtorchFailed", ErrorCategory.ResourceUnavailable, target),
        _ => new(error, "NetworkUnreadable", ErrorCategory.ReadError, target),
    };

    /// <summary>True for what can go wrong with a file, or with libtorch; anything else is a fault of the program.</summary>
    internal static bool IsExpected(Exception error) => error is CheckpointFormatException or IOException or UnauthorizedAccessException
        or PSArgumentException or System.Management.Automation.DriveNotFoundException or TrainingException or ExternalException;

    /// <summary>The error for a file or folder that is not there.</summary>
    internal static FileNotFoundException Missing(string path) => new($"There is no file or folder '{path}'. {CheckSpelling}", path);

    // Cmdlets without the parameter take a name with brackets as it is.
    private static string CureOf(PSCmdlet cmdlet) =>
        cmdlet.MyInvocation.MyCommand.Parameters.ContainsKey("LiteralPath") ? "Check the name, or use -LiteralPath where it has brackets." : CheckSpelling;

    private static void RequireFileSystem(ProviderInfo provider, string path)
    {
        if (provider.Name != "FileSystem")
            throw new PSArgumentException($"'{path}' is in {provider.Name}, but a file is needed. Give a path of the file system.");
    }
}
