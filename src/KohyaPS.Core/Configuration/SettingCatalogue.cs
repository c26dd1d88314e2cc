using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace KohyaPS;

/// <summary>All settings, found by their attributes on the groups of <see cref="LoraConfig"/>, in the order in which they are declared.</summary>
public static class SettingCatalogue
{
    private static readonly Dictionary<string, Setting> ByName = Index();

    /// <summary>All settings, by group.</summary>
    public static IReadOnlyList<Setting> All => Declared.Settings;

    /// <summary>The setting of a name: PascalCase, snake_case or an alias, in any case.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out Setting? setting)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.TryGetValue(Normalize(name), out setting);
    }

    /// <summary>The setting of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message says which name is near.</exception>
    public static Setting Get(string name) =>
        TryGet(name, out var setting) ? setting : throw new ArgumentException($"There is no setting '{name}'. {Suggest(name)}", nameof(name));

    /// <summary>"Did you mean 'network_dim'?", or where to find all names when none is near.</summary>
    public static string Suggest(string name)
    {
        var nearest = NearestName.Find(name, All.Select(setting => setting.Key));
        return nearest is null ? "docs/settings.md and 'Get-Help New-LoraConfig' list all settings." : $"Did you mean '{nearest}'?";
    }

    private static string Normalize(string name) => name.Trim().TrimStart('-').Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    private static Dictionary<string, Setting> Index()
    {
        var index = new Dictionary<string, Setting>();
        foreach (var setting in All)
        {
            foreach (var name in setting.Aliases.Append(setting.Name).Append(setting.Key))
                index[Normalize(name)] = setting;
        }
        return index;
    }

    /// <summary>Holds the list apart from the index, so that neither depends on the order of static initialisers.</summary>
    private static class Declared
    {
        internal static readonly Setting[] Settings = Find();

        private static Setting[] Find() =>
        [
            .. from @group in typeof(LoraConfig).GetProperties()
               where @group.PropertyType.IsSubclassOf(typeof(SettingGroup))
               orderby @group.MetadataToken
               from property in @group.PropertyType.GetProperties().OrderBy(property => property.MetadataToken)
               let facts = property.GetCustomAttribute<SettingAttribute>()
               where facts is not null
               select new Setting(@group, property, facts),
        ];
    }
}
