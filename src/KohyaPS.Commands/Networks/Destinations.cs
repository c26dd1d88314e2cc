using System.Management.Automation;
using KohyaPS.Engine.Checkpoints.Saving;

namespace KohyaPS.Commands;

/// <summary>Checks the name of what is to be written before any work, so that nothing of the user's is lost.</summary>
internal static class Destinations
{
    /// <summary>Refuses a name with an ending that is not written, and what exists unless it may be replaced.</summary>
    /// <param name="cmdlet">The cmdlet that ends with the refusal.</param>
    /// <param name="destination">Full path.</param>
    /// <param name="takesFolders">True where a name without an ending is a diffusers folder.</param>
    /// <param name="isForced">True where a file, or the folder of a model, is replaced.</param>
    internal static void Check(PSCmdlet cmdlet, string destination, bool takesFolders, bool isForced)
    {
        if (takesFolders ? !FileEndings.AllowsModel(destination) : !FileEndings.All.Contains(Path.GetExtension(destination), StringComparer.OrdinalIgnoreCase))
        {
            var message = $"'{destination}' ends in none of {string.Join(", ", FileEndings.All)}. Give the file one of these endings{(takesFolders ? ", or no ending for a diffusers folder" : "")}.";
            cmdlet.ThrowTerminatingError(new(new PSArgumentException(message), "DestinationFormat", ErrorCategory.InvalidArgument, destination));
        }
        if (ReplaceableFolder.WhyNot(destination) is { } reason)
            Refuse(cmdlet, destination, reason);
        if (!isForced)
            RequireFree(cmdlet, destination);
    }

    /// <summary>Refuses a file or a folder that exists, but for an empty folder.</summary>
    internal static void RequireFree(PSCmdlet cmdlet, string destination)
    {
        if (File.Exists(destination) || (Directory.Exists(destination) && Directory.EnumerateFileSystemEntries(destination).Any()))
            Refuse(cmdlet, destination, $"'{destination}' exists. Give another -Destination, or -Force to replace it.");
    }

    private static void Refuse(PSCmdlet cmdlet, string destination, string reason) =>
        cmdlet.ThrowTerminatingError(new(new IOException(reason), "DestinationExists", ErrorCategory.ResourceExists, destination));
}
