using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>What the cmdlets that look at LoRA files one by one have in common: one error for each that cannot be read.</summary>
public abstract class NetworkFilesCommand : NetworkPathCommand
{
    /// <summary>Writes what there is to say of a file.</summary>
    private protected abstract void Process(string file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var given in Given)
        {
            IReadOnlyList<string> files = [];
            Try(given, () => files = Resolve(given));
            foreach (var file in files)
                Try(file, () => Process(file));
        }
    }

    private void Try(string? target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (NetworkPaths.IsExpected(error))
        {
            WriteError(NetworkPaths.ToRecord(error, target));
        }
    }
}
