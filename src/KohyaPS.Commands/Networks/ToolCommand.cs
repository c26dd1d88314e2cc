using System.Management.Automation;
using System.Runtime.InteropServices;

namespace KohyaPS.Commands;

/// <summary>What the tools that write a file have in common: the destination, progress, Ctrl+C and errors.</summary>
public abstract class ToolCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private CountedProgress? progress;
    private bool hasWritten;

    /// <summary>What to write. Its extension decides the format.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Replaces the destination when it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Set by Ctrl+C.</summary>
    private protected CancellationToken Stop => stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <summary>The one file or folder that a text stands for.</summary>
    private protected string Source(string path)
    {
        var full = NetworkPaths.FileSystemPath(this, path);
        if (System.IO.Path.Exists(full))
            return full;
        if (path.IndexOfAny(['*', '?', '[']) < 0)
            throw NetworkPaths.Missing(full);
        var found = NetworkPaths.Resolve(this, path, isLiteral: false);
        return found.Count == 1 ? found[0] : throw new PSArgumentException($"{found.Count} files match '{path}', but one is needed. Give the name of one.");
    }

    /// <summary>Resolves and checks the destination, asks, works, and writes what comes of it.</summary>
    /// <param name="target">Object of the errors.</param>
    /// <param name="endings">The extensions that are written; empty also takes folders.</param>
    /// <param name="action">What would be done, for -WhatIf.</param>
    /// <param name="work">Does it; takes the full path.</param>
    /// <param name="sources">What is read: looked for before anything is asked.</param>
    private protected void Write(object target, string[] endings, string action, Func<string, IEnumerable<object>> work, params string[] sources)
    {
        try
        {
            var destination = NetworkPaths.FileSystemPath(this, Destination);
            if (hasWritten)
                Refuse($"Several inputs were given, but '{destination}' holds one. Use ForEach-Object with a -Destination for each.", "DestinationTakesOne", target);
            hasWritten = true;
            Destinations.Check(this, destination, takesFolders: endings.Length == 0, Force);
            foreach (var source in sources)
                _ = Source(source);
            if (!ShouldProcess(destination, action))
                return;
            progress = new(this, $"Writing {System.IO.Path.GetFileName(destination)}");
            foreach (var result in work(destination))
                WriteObject(result);
        }
        catch (Exception error) when (NetworkPaths.IsExpected(error))
        {
            ThrowTerminatingError(ToRecord(error, target));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: the half-written file is gone, and the pipeline takes no output any more.
        }
        finally
        {
            progress?.Complete();
        }
    }

    /// <summary>Shows how far the work is, a few times a second.</summary>
    private protected void Show(int done, int total) => progress?.Show(done, total);

    /// <summary>Refuses an argument.</summary>
    private protected void Refuse(string message, string id, object target) =>
        ThrowTerminatingError(new ErrorRecord(new PSArgumentException(message), id, ErrorCategory.InvalidArgument, target));

    private ErrorRecord ToRecord(Exception error, object target) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => new(error, "SourceNotFound", ErrorCategory.ObjectNotFound, target),
        CheckpointFormatException => new(error, "SourceRefused", ErrorCategory.InvalidData, target),
        DestinationException => new(error, "DestinationNotWritable", ErrorCategory.WriteError, Destination),
        IOException or UnauthorizedAccessException => new(
            new IOException($"'{Destination}' cannot be written: {error.Message} Free space, or give another -Destination.", error), "DestinationNotWritable", ErrorCategory.WriteError, Destination),
        TrainingException or ExternalException => NetworkPaths.ToRecord(error, null),
        _ => new(error, "SourceRefused", ErrorCategory.InvalidArgument, target),
    };
}
