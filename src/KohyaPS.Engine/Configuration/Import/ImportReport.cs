using System.Text.RegularExpressions;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>A configuration in the making, and what became of each entry of its source.</summary>
internal sealed partial class ImportReport(LoraConfig start)
{
    private readonly List<ImportNote> notes = [];
    private readonly HashSet<string> stated = [];

    internal LoraConfig Config { get; private set; } = start;

    internal IReadOnlyList<ImportNote> Notes => notes;

    /// <summary>Whether the source has set a setting.</summary>
    internal bool IsStated(string setting) => stated.Contains(setting);

    /// <summary>Sets a setting from a value of the source.</summary>
    /// <param name="source">Name of the entry.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="value">Its value: text, list, or null for "not set".</param>
    /// <param name="outcome">Taken or renamed where nothing else is known; the reason follows from it.</param>
    /// <param name="message">Why it is not simply taken.</param>
    internal void Set(string source, string setting, object? value, ImportOutcome? outcome = null, string message = "")
    {
        var target = SettingCatalogue.Get(setting);
        try
        {
            Config = target.Write(Config, value);
            stated.Add(target.Name);
            notes.Add(new(outcome ?? (source == target.Key ? ImportOutcome.Taken : ImportOutcome.Renamed), source, target.Name, SettingText.Format(value), message));
        }
        catch (ArgumentException error)
        {
            notes.Add(new(ImportOutcome.Ignored, source, target.Name, SettingText.Format(value), error.Message));
        }
    }

    /// <summary>Sets the optimizer that a name or a class of Python means; what is none of ours is kept, and the report says what is near.</summary>
    internal void SetOptimizer(string source, string text)
    {
        if (SettingText.Choice(typeof(OptimizerType), text) is not null)
        {
            Set(source, nameof(OptimizerType), text);
            return;
        }
        var problem = OptimizerCatalogue.NoSuch(text);
        Set(source, problem.Setting, text, ImportOutcome.Changed, $"{problem.Message} {problem.Remedy}");
    }

    /// <summary>Sets what follows from other entries, without a line in the report.</summary>
    internal void Adjust(string setting, object? value) => Config = Config.With(setting, value);

    internal void Replace(LoraConfig config) => Config = config;

    internal void Ignore(string source, string? value, string reason) => notes.Add(new(ImportOutcome.Ignored, source, null, value, reason));

    internal void Change(string source, string? setting, string? value, string message) => notes.Add(new(ImportOutcome.Changed, source, setting, value, message));

    internal void Unknown(string source, string? value, IEnumerable<string> known)
    {
        var nearest = NearestName.Find(source.Split(' ')[^1].TrimStart('-'), known);
        notes.Add(new(ImportOutcome.Unknown, source, null, value, nearest is null ? "No setting has this name." : $"No setting has this name. Did you mean '{nearest}'?"));
    }

    /// <summary>Points out values that hold a variable of a shell: what it stands for is known only where the script runs.</summary>
    internal void PointOutVariables()
    {
        for (var i = 0; i < notes.Count; i++)
        {
            if (notes[i] is { Setting: not null, Outcome: ImportOutcome.Taken or ImportOutcome.Renamed, Value: { } value } && ShellVariable().Match(value) is { Success: true } variable)
                notes[i] = notes[i] with { Outcome = ImportOutcome.Changed, Message = $"The shell fills in '{variable.Value}' when the script runs, which nothing here does. Write what it stands for." };
        }
    }

    [GeneratedRegex(@"\$\{?[A-Za-z_][A-Za-z0-9_:]*\}?|\$\([^)]*\)|`[^`]+`|%[A-Za-z_][A-Za-z0-9_]*%|![A-Za-z_][A-Za-z0-9_]*!")]
    private static partial Regex ShellVariable();

    internal LoraConfig Finish(string? path, ConfigSourceKind kind) => Config with { Origin = new(path, kind, notes) };
}
