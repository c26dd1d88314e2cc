using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Makes a series of LoRA configurations in which some settings vary.</summary>
/// <remarks>
/// <para>
/// Every combination of the given values becomes a configuration. Each has an output name of its own that says what varies, such as dog_NetworkDim16_LearningRate5E-05, so that all of them can be
/// trained into one folder, one after the other, and compared.
/// </para>
/// <para>
/// An array lists values; a value that is itself a list, such as the two sides of a resolution, is an array within it or a text: -Vary @{ Resolution = '512,768', 640 }. $null leaves a setting out. The settings of an
/// ordered table vary in its order, the last one fastest; those of a plain hashtable in the order of docs/settings.md.
/// </para>
/// </remarks>
/// <example>
/// <para>Trains six networks: three ranks, each at two learning rates.</para>
/// <code>Import-LoraConfig .\dog.yaml | Expand-LoraConfig -Vary @{ NetworkDim = 4, 8, 16; LearningRate = 1e-4, 5e-5 } | Start-LoraTraining</code>
/// </example>
/// <example>
/// <para>Writes a file for each of three seeds.</para>
/// <code>Import-LoraConfig .\dog.yaml | Expand-LoraConfig -Vary @{ Seed = 1..3 } | ForEach-Object { Export-LoraConfig -Config $_ -Path ".\$($_.Folders.OutputName).yaml" }</code>
/// </example>
/// <example>
/// <para>Compares optimizers by what they are told.</para>
/// <code>New-LoraConfig -Model .\sd15.safetensors | Expand-LoraConfig -Vary @{ OptimizerType = 'AdamW', 'Lion'; OptimizerArgs = @{ weight_decay = 0.01 }, @{ weight_decay = 0.1 } }</code>
/// </example>
/// <seealso cref="CompareLoraConfigCommand"/>
/// <seealso cref="StartLoraTrainingCommand"/>
[Cmdlet(VerbsData.Expand, "LoraConfig")]
[OutputType(typeof(LoraConfig))]
public sealed class ExpandLoraConfigCommand : PSCmdlet
{
    private readonly NamedValuesTransformationAttribute namedValues = new();
    private IReadOnlyList<ConfigVariation> variations = [];

    /// <summary>Configuration that all of them start from; it is not changed.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [LoraConfigTransformation]
    public LoraConfig Config { get; set; } = null!;

    /// <summary>The settings that vary, each with its values: @{ NetworkDim = 4, 8, 16 }. Names are those of the parameters of New-LoraConfig.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public IDictionary Vary { get; set; } = new Hashtable();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var found = new List<ConfigVariation>();
        foreach (DictionaryEntry entry in Vary)
        {
            if (!SettingCatalogue.TryGet($"{entry.Key}", out var setting))
                Refuse($"There is no setting '{entry.Key}'. {SettingCatalogue.Suggest($"{entry.Key}")}", "UnknownSetting", entry.Key);
            else if (found.Exists(v => v.Setting == setting))
                Refuse($"'{entry.Key}' is another name of {setting.Name}, which varies already. Keep one of them.", "SettingTwice", entry.Key);
            else if (Values(entry.Value) is { Count: > 0 } values)
                found.Add(new(setting, [.. values.Select(value => Value(setting, value))]));
            else
                Refuse($"{setting.Name} has no values to take. Write them behind it, such as @{{ {setting.Name} = {SettingText.Format(setting.Default)} }}.", "NoValues", entry.Key);
        }
        var order = SettingCatalogue.All.Index().ToDictionary(s => s.Item, s => s.Index);
        variations = Vary is IOrderedDictionary ? found : [.. found.OrderBy(v => order[v.Setting])];
        // Also without a configuration: what does not fit its setting is said before anything is trained.
        Expand(new LoraConfig());
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Expand(Config), enumerateCollection: true);

    private IReadOnlyList<LoraConfig> Expand(LoraConfig config)
    {
        try
        {
            return ConfigVariation.Expand(config, variations);
        }
        catch (ArgumentException error)
        {
            Refuse(error.Message, "SettingValue", Vary);
            return [];
        }
    }

    private static List<object?> Values(object? value) => Plain(value) switch
    {
        string text => [text],
        IDictionary table => [table],
        IEnumerable items => [.. items.Cast<object?>().Select(Plain)],
        var single => [single],
    };

    private object? Value(Setting setting, object? value) => value switch
    {
        IDictionary => namedValues.Transform(null!, value),
        string path when setting.IsPath => SettingPaths.AsGiven(this, path),
        IEnumerable items and not string => items.Cast<object?>().Select(Plain).ToArray(),
        _ => value,
    };

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private void Refuse(string message, string id, object target) => ThrowTerminatingError(new ErrorRecord(new ArgumentException(message), id, ErrorCategory.InvalidArgument, target));
}
