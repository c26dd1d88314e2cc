using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>What the cmdlets that take LoRA files have in common: names with and without wildcards.</summary>
public abstract class NetworkPathCommand : PSCmdlet
{
    private const string PathSet = "Path";

    /// <summary>The LoRA files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The LoRA files, their names taken as they are. Files, network objects and training results from the pipeline bind here.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "NetworkPath")]
    [AllowNull]
    [AllowEmptyString]
    public string?[]? LiteralPath { get; set; }

    /// <summary>The names that were given; null for an object that names no file.</summary>
    private protected IEnumerable<string?> Given => ParameterSetName == PathSet ? Path : LiteralPath ?? [null];

    /// <summary>The files of a name.</summary>
    private protected IReadOnlyList<string> Resolve(string? given) => NetworkPaths.Resolve(this, given, ParameterSetName != PathSet);
}
