using System.Globalization;

namespace KohyaPS.Engine.Configuration;

/// <summary>
/// Reads the tables <c>general</c>, <c>datasets</c> and <c>subsets</c> of a dataset_config, which our YAML has in the same form. Names, inheritance and what may stand where: sd-scripts.
/// </summary>
internal sealed class DatasetTables(ConfigErrors errors)
{
    /// <summary>Settings that a dataset may set for itself and its subsets.</summary>
    internal static readonly string[] DatasetLevel =
    [
        "TrainBatchSize", "Resolution", "EnableBucket", "MinBucketReso", "MaxBucketReso", "BucketResoSteps", "BucketNoUpscale", "ValidationSplit", "ValidationSeed",
    ];

    /// <summary>Settings that a subset may set, too.</summary>
    internal static readonly string[] SubsetLevel =
    [
        "ResizeInterpolation", "ShuffleCaption", "KeepTokens", "CaptionSeparator", "KeepTokensSeparator", "SecondarySeparator", "EnableWildcard", "CaptionPrefix", "CaptionSuffix",
        "ColorAug", "FlipAug", "RandomCrop", "FaceCropAugRange", "TokenWarmupMin", "TokenWarmupStep", "CaptionDropoutRate", "CaptionTagDropoutRate",
        "CaptionDropoutEveryNEpochs", "CaptionExtension",
    ];

    /// <summary>What a dataset of metadata files has no use for, and what one of mask folders has none for.</summary>
    private static readonly string[] NotOfMetadata = ["caption_extension", "class_tokens", "cache_info", "is_reg"], NotOfMasks = ["class_tokens", "is_reg", "alpha_mask"];

    private static readonly string[] SubsetKeys = ["image_dir", "metadata_file", "conditioning_data_dir", "num_repeats", "is_reg", "class_tokens", "custom_attributes", "cache_info"];

    /// <summary>Keys that are known and read, but change nothing here.</summary>
    internal List<ImportNote> Notes { get; } = [];

    /// <summary>Applies <c>general</c> and <c>datasets</c> of a file to a configuration.</summary>
    internal LoraConfig Apply(LoraConfig config, ConfigNode? general, ConfigNode? datasets)
    {
        var inherited = new SubsetDefinition();
        if (general is not (null or ConfigTable))
            errors.Add(general.Line, "'general' is a table of settings.");
        if (datasets is not (null or ConfigList))
            errors.Add(datasets.Line, "'datasets' is a list; in TOML write [[datasets]] with two brackets.");
        if (general is ConfigTable shared)
        {
            foreach (var (key, line, value) in shared.Entries)
            {
                if (Override(key, line, value, [.. DatasetLevel, .. SubsetLevel]) is { } setting)
                    config = config.With(setting.Key, setting.Value);
                else
                    inherited = Inherited(inherited, key, line, value, ["num_repeats", "class_tokens", "custom_attributes", "cache_info", "network_multiplier"], "general");
            }
        }
        return datasets is ConfigList list ? config with { Datasets = [.. list.Items.Select(item => Dataset(item, inherited))] } : config;
    }

    private DatasetDefinition Dataset(ConfigNode node, SubsetDefinition general)
    {
        if (node is not ConfigTable table)
        {
            errors.Add(node.Line, "each dataset is a table with 'subsets'.");
            return new();
        }
        var overrides = new Dictionary<string, object?>();
        var inherited = general;
        ConfigList? subsets = null;
        double? multiplier = null;
        foreach (var (key, line, value) in table.Entries)
        {
            if (key == "subsets")
                subsets = value as ConfigList ?? Refused(line, "'subsets' is a list; in TOML write [[datasets.subsets]] with two brackets.");
            else if (key == "network_multiplier")
                multiplier = Number(key, line, value);
            else if (Override(key, line, value, [.. DatasetLevel, .. SubsetLevel]) is { } setting)
                overrides[setting.Key] = setting.Value;
            else
                inherited = Inherited(inherited, key, line, value, ["num_repeats", "class_tokens", "custom_attributes", "cache_info"], "datasets");
        }
        RefuseForeignKeys(table, subsets);
        return new()
        {
            Overrides = overrides,
            NetworkMultiplier = multiplier,
            Subsets = [.. (subsets?.Items ?? []).Select(item => Subset(item, inherited))],
        };
    }

    private SubsetDefinition Subset(ConfigNode node, SubsetDefinition inherited)
    {
        if (node is not ConfigTable table)
        {
            errors.Add(node.Line, "each subset is a table, with at least 'image_dir'.");
            return inherited;
        }
        var subset = inherited;
        var overrides = new Dictionary<string, object?>();
        foreach (var (key, line, value) in table.Entries)
        {
            if (Override(key, line, value, [.. SubsetLevel, "AlphaMask"]) is { } setting)
                overrides[setting.Key] = setting.Value;
            else
                subset = Inherited(subset, key, line, value, SubsetKeys, "subsets");
        }
        if (subset.ImageDir is null && subset.MetadataFile is null)
            errors.Add(table.Line, "a subset needs 'image_dir', the folder of its pictures.");
        return subset with { Overrides = overrides };
    }

    /// <summary>Keys that a dataset of this kind does not have, in its table and in those of its subsets.</summary>
    private void RefuseForeignKeys(ConfigTable dataset, ConfigList? subsets)
    {
        var tables = (subsets?.Items ?? []).OfType<ConfigTable>().ToList();
        var (foreign, kind) = tables.Count == 0 ? ([], "")
            : tables.TrueForAll(table => table.Find("conditioning_data_dir") is not null) ? (NotOfMasks, "with conditioning_data_dir")
            : tables.TrueForAll(table => table.Find("metadata_file") is not null) ? (NotOfMetadata, "with metadata_file")
            : ([], "");
        foreach (var (key, line, _) in tables.Prepend(dataset).SelectMany(table => table.Entries).Where(entry => foreign.Contains(entry.Key)))
            errors.Add(line, $"'{key}' has no meaning in a dataset {kind}; remove it.");
    }

    private ConfigList? Refused(int line, string message)
    {
        errors.Add(line, message);
        return null;
    }

    /// <summary>A setting of the catalogue, or null when the key is none of the allowed ones.</summary>
    private KeyValuePair<string, object?>? Override(string key, int line, ConfigNode value, string[] allowed)
    {
        var name = key == "batch_size" ? "train_batch_size" : key;
        if (!SettingCatalogue.TryGet(name, out var setting) || setting.Key != name || !allowed.Contains(setting.Name))
            return null;
        try
        {
            return new(setting.Name, DatasetValues.For(setting, value));
        }
        catch (ArgumentException error)
        {
            errors.Add(line, error.Message);
            return new(setting.Name, setting.Default);
        }
    }

    private SubsetDefinition Inherited(SubsetDefinition subset, string key, int line, ConfigNode value, string[] allowed, string table)
    {
        if (!allowed.Contains(key))
        {
            errors.Add(line, Unknown(key, allowed, table));
            return subset;
        }
        return key switch
        {
            "image_dir" => subset with { ImageDir = Text(key, line, value) },
            "metadata_file" => subset with { MetadataFile = Text(key, line, value) },
            "conditioning_data_dir" => subset with { ConditioningDataDir = Text(key, line, value) },
            "class_tokens" => subset with { ClassTokens = Text(key, line, value) },
            "num_repeats" => subset with { NumRepeats = (int?)Number(key, line, value) },
            "is_reg" => subset with { IsReg = Flag(key, line, value) },
            "custom_attributes" => subset with { CustomAttributes = Attributes(line, value) },
            _ => Ignore(subset, key, value),
        };
    }

    private SubsetDefinition Ignore(SubsetDefinition subset, string key, ConfigNode value)
    {
        Notes.Add(new(ImportOutcome.Ignored, key, null, (value as ConfigScalar)?.Text, key == "cache_info"
            ? "Captions and sizes are read anew at each start."
            : "The newest trainer does not apply it either."));
        return subset;
    }

    private static string Unknown(string key, string[] allowed, string table)
    {
        var name = key == "batch_size" ? "train_batch_size" : key;
        var elsewhere = SettingCatalogue.TryGet(name, out var setting) && setting.Key == name;
        if (elsewhere && table == "subsets" && DatasetLevel.Contains(setting!.Name))
            return $"'{key}' belongs to a dataset, not to a subset; move it up to [[datasets]].";
        if (SubsetKeys.Contains(key))
            return $"'{key}' belongs to a subset; move it down to [[datasets.subsets]].";
        var known = allowed.Concat((table == "subsets" ? SubsetLevel : [.. DatasetLevel, .. SubsetLevel]).Select(name => SettingCatalogue.Get(name).Key)).Append("batch_size");
        var nearest = NearestName.Find(key, known);
        return $"'{key}' is not known in {table}." + (nearest is null ? "" : $" Did you mean '{nearest}'?");
    }

    private string? Text(string key, int line, ConfigNode value)
    {
        if (value is ConfigScalar { Text: { } text, Kind: ConfigScalarKind.Untyped or ConfigScalarKind.Text })
            return text;
        errors.Add(line, $"'{key}' is a text.");
        return null;
    }

    private double? Number(string key, int line, ConfigNode value)
    {
        var typed = key == "num_repeats" ? ConfigScalarKind.Integer : ConfigScalarKind.Float;
        if (value is ConfigScalar { Text: { } text } scalar && (scalar.Kind == ConfigScalarKind.Untyped || scalar.Kind == typed)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && (key != "num_repeats" || (number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue)))
            return number;
        errors.Add(line, key == "num_repeats" ? $"'{key}' is a whole number." : $"'{key}' is a number with a point, such as 1.0.");
        return null;
    }

    private bool Flag(string key, int line, ConfigNode value)
    {
        if (value is ConfigScalar { Kind: ConfigScalarKind.Untyped or ConfigScalarKind.Boolean, Text: { } text } && bool.TryParse(text, out var flag))
            return flag;
        errors.Add(line, $"'{key}' is true or false.");
        return false;
    }

    private Dictionary<string, object?> Attributes(int line, ConfigNode value)
    {
        if (value is ConfigTable table)
            return table.Entries.ToDictionary(entry => entry.Key, entry => DatasetValues.Plain(entry.Value));
        errors.Add(line, "'custom_attributes' is a table of values.");
        return [];
    }
}
