namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Reads a config_file of sd-scripts: any of the trainer's flags; tables only group them.</summary>
internal static class TrainerTomlImporter
{
    /// <summary>The table of our own settings. sd-scripts passes over tables within tables.</summary>
    internal const string Ours = "kohyaps", OursWithin = "settings";

    /// <exception cref="ConfigFormatException">The file is for another program.</exception>
    internal static LoraConfig Read(ConfigTable root, string source, string baseFolder)
    {
        var report = new ImportReport(TrainerStart.Trainer(baseFolder));
        var entries = new TrainerEntries(report);
        // Tables are dissolved one level deep; where a name comes twice, the later one wins, as in the original.
        var flat = new Dictionary<string, ConfigNode>();
        foreach (var (key, _, value) in root.Entries)
        {
            if (key == Ours)
                continue;
            if (value is ConfigTable table)
            {
                foreach (var (name, _, inner) in table.Entries)
                    flat[name] = inner;
            }
            else
            {
                flat[key] = value;
            }
        }
        foreach (var (name, value) in flat)
            entries.Apply(name, value);
        entries.Finish();
        if ((root.Find(Ours) as ConfigTable)?.Find(OursWithin) is ConfigTable ours)
            entries.ApplyOurs(ours);
        return report.Finish(source, ConfigSourceKind.TrainerToml);
    }
}
