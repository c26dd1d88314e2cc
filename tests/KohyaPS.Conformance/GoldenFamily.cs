namespace KohyaPS.Conformance;

/// <summary>All cases of one folder of the goldens. New cases of the same form need no new code.</summary>
public abstract class GoldenFamily
{
    /// <summary>Every family this project knows, in the order of the report. Add a new one here.</summary>
    public static IReadOnlyList<GoldenFamily> All { get; } =
    [
        new CaptionsFamily(),
        new ConfigsFamily(),
        new DatasetFamily(),
        new FormatsFamily(),
        new ImagesFamily(),
        new KohyaPresetsFamily(),
        new ModelsFamily(),
        new NetworkToolsFamily(),
        new ObjectivesFamily(),
        new NetworkFamily(),
        new OptimizersFamily(),
        new PromptsFamily(),
        new SamplersFamily(),
        new SchedulesFamily(),
        new StepsFamily(),
        new TokenizerFamily(),
    ];

    /// <summary>The folder below the goldens' root, and the name in the report.</summary>
    public abstract string Name { get; }

    /// <summary>The cases found in a folder; files that are absent give no cases.</summary>
    public abstract IEnumerable<GoldenCase> Cases(string folder);

    /// <summary>The cases below a goldens root, none where the family's folder is absent.</summary>
    public virtual IEnumerable<GoldenCase> CasesBelow(string root)
    {
        var folder = Path.Combine(root, Name);
        return Directory.Exists(folder) ? Cases(folder) : [];
    }
}
