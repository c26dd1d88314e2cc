namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Reads network_args: name=value pairs that the original hands to its network, each a setting of its own here.</summary>
internal static class NetworkArguments
{
    private static readonly Dictionary<string, string> Renamed = new() { ["dropout"] = "NetworkDropout", ["use_cp"] = "UseTucker", ["use_conv_cp"] = "UseTucker", ["block_size"] = "Unit", ["constrain"] = "Constraint" };

    private static readonly string[] Groups = ["Network", "Lycoris"];

    internal static void Apply(ImportReport report, IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? argument : argument[..equals]).Trim();
            var value = equals < 0 ? "" : argument[(equals + 1)..].Trim();
            var source = $"network_args {name}";
            if (equals < 0)
                report.Ignore(source, null, "It is not name=value.");
            else if (Find(name) is not { } setting)
                report.Unknown(source, value, Known());
            else if (name == "algo" && value.Equals("locon", StringComparison.OrdinalIgnoreCase))
                report.Set(source, "Algo", "lora", ImportOutcome.Renamed, "locon is another word for lora.");
            else if (value is "" or "None")
                report.Set(source, setting.Name, setting.Default, ImportOutcome.Taken);
            else
                report.Set(source, setting.Name, Flag(setting, name, value), ImportOutcome.Taken);
        }
    }

    private static Setting? Find(string name)
    {
        if (Renamed.TryGetValue(name, out var renamed))
            return SettingCatalogue.Get(renamed);
        return SettingCatalogue.TryGet(name, out var setting) && setting.Key == name && (Groups.Contains(setting.Group) || name.StartsWith("loraplus", StringComparison.Ordinal)) ? setting : null;
    }

    /// <summary>LyCORIS takes any text but "false" as true; OFT any text at all.</summary>
    private static string Flag(Setting setting, string name, string value) => setting.ValueType != typeof(bool) ? value
        : name is "enable_all_linear" or "enable_conv" || !value.Equals("false", StringComparison.OrdinalIgnoreCase) ? "true" : "false";

    private static IEnumerable<string> Known() => SettingCatalogue.All.Where(setting => Groups.Contains(setting.Group)).Select(setting => setting.Key).Concat(Renamed.Keys);
}
