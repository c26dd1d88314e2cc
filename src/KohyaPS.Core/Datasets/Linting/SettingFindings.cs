namespace KohyaPS.Datasets;

/// <summary>Settings of buckets, captions, caches, augmentation and folders: the rules of the configuration itself.</summary>
internal static class SettingFindings
{
    private static readonly HashSet<string> Concerned = [.. SettingCatalogue.All
        .Where(s => s.Group is nameof(LoraConfig.Buckets) or nameof(LoraConfig.Captions) or nameof(LoraConfig.Caching) or nameof(LoraConfig.Augmentation))
        .Select(s => s.Name), "Datasets", "TrainDataDir", "RegDataDir", "InJson", "DatasetConfig"];

    public static IEnumerable<DatasetFinding> Find(LoraConfig config) => config.Validate()
        .Where(p => Concerned.Contains(p.Setting))
        .Select(p => new DatasetFinding(DatasetFindingId.Setting, p.IsWarning ? FindingSeverity.Warning : FindingSeverity.Error, p.Setting, p.Message, p.Remedy));
}
