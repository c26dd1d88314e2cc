using System.Management.Automation;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Commands;

/// <summary>Lists everything that is wrong with a LoRA configuration.</summary>
/// <remarks>
/// <para>
/// Each problem names the setting, the reason and the cure; a problem with IsWarning lets the training run, but not as one may think. A configuration without problems gives no
/// output. Paths that are set must exist. Nothing is loaded and nothing is written.
/// </para>
/// </remarks>
/// <example>
/// <para>Shows all problems of a configuration.</para>
/// <code>Import-LoraConfig .\dog.yaml | Test-LoraConfig</code>
/// </example>
/// <example>
/// <para>Stops a script when a configuration is wrong.</para>
/// <code>Import-LoraConfig .\dog.yaml | Test-LoraConfig -Strict -ErrorAction Stop</code>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "LoraConfig")]
[OutputType(typeof(ConfigProblem))]
public sealed class TestLoraConfigCommand : PSCmdlet
{
    /// <summary>Configuration to check.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [LoraConfigTransformation]
    public LoraConfig Config { get; set; } = null!;

    /// <summary>Do not look whether files and folders exist, for a configuration that is meant for another machine.</summary>
    [Parameter]
    public SwitchParameter SkipPaths { get; set; }

    /// <summary>Write an error with all problems that are no warnings.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var problems = ConfigCheck.Problems(Config, checkPaths: !SkipPaths);
        WriteObject(problems, enumerateCollection: true);
        var errors = problems.Where(problem => !problem.IsWarning).ToList();
        if (!Strict || errors.Count == 0)
            return;
        var message = $"The configuration '{Config.Name}' is not valid:" + string.Concat(errors.Select(problem => $"\n  {problem.Message} {problem.Remedy}"));
        WriteError(new ErrorRecord(new InvalidOperationException(message), "ConfigInvalid", ErrorCategory.InvalidData, Config));
    }
}
