using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>What measuring and setting a balance have in common.</summary>
public abstract class DatasetBalanceCommand : PSCmdlet
{
    /// <summary>Parameter set of paths with wildcards.</summary>
    protected const string PathSet = "Path";

    /// <summary>Parameter set of paths taken as they are.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>The image folder, which holds the folders named repeats_name. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The image folder, taken as it is: brackets, stars and question marks belong to the name.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "FullName", "ImageFolder")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>How many steps each concept is to get in an epoch at batch size 1: repeats times pictures. A fraction is cut off. Default 1000.</summary>
    [Parameter(Position = 1)]
    public double StepsPerConcept { get; set; } = 1000;

    /// <summary>Also takes folders whose name has no repeats yet and puts the number in front.</summary>
    [Parameter]
    [Alias("Insecure")]
    public SwitchParameter IncludeUnnumbered { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (StepsPerConcept is > 0 and <= int.MaxValue)
            return;
        var message = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"-StepsPerConcept {StepsPerConcept} cannot be reached. Use a number from 1 to {int.MaxValue}; 1000 is usual.");
        ThrowTerminatingError(new ErrorRecord(new PSArgumentException(message), "InvalidSteps", ErrorCategory.InvalidArgument, StepsPerConcept));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = ParameterSetName == LiteralPathSet;
        foreach (var folder in SessionPaths.Existing(this, isLiteral ? LiteralPath : Path, isLiteral))
        {
            try
            {
                ProcessFolder(folder);
            }
            catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
            {
                WriteError(new ErrorRecord(e, ErrorId, ErrorCategory.InvalidOperation, folder));
            }
        }
    }

    /// <summary>The id of errors about a folder.</summary>
    private protected abstract string ErrorId { get; }

    /// <summary>Measures or balances one folder.</summary>
    private protected abstract void ProcessFolder(string folder);

    /// <summary>The plan for a folder.</summary>
    private protected BalancePlan Plan(string folder) => BalancePlan.Create(folder, StepsPerConcept, IncludeUnnumbered);
}
