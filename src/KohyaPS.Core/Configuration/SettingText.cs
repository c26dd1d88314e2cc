using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace KohyaPS;

/// <summary>Values of settings as text and back; the same rules for YAML, TOML, JSON and command lines.</summary>
public static class SettingText
{
    /// <summary>Longest list that a setting takes.</summary>
    public const int MaximumItems = 1000;

    /// <summary>NetworkDim → network_dim.</summary>
    public static string SnakeCase(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsUpper(name[i]) && i > 0
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    /// <summary>The text of a value as sd-scripts writes it; numbers of a list with commas, texts with semicolons, null as an empty text.</summary>
    public static string Format(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum choice => Word(choice),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable<string> texts => string.Join(';', texts),
        IEnumerable items => string.Join(',', items.Cast<object>().Select(Format)),
        _ => value.ToString() ?? "",
    };

    /// <summary>The words of an enum, as sd-scripts writes them.</summary>
    public static IReadOnlyList<string> Words(Type choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        return [.. Enum.GetValuesAsUnderlyingType(choices).Cast<object>().Select(value => Word((Enum)Enum.ToObject(choices, value)))];
    }

    /// <summary>Reads a text; an empty one means "not set" where that exists.</summary>
    /// <exception cref="ArgumentException">The text does not fit the setting.</exception>
    public static object? Parse(Setting setting, string text)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0 && setting.ValueType != typeof(string))
            return setting.IsNullable ? null : throw Refuse(setting, text);
        if (setting.ValueType == typeof(string))
            return text.Length == 0 && setting.IsNullable ? null : text;
        if (setting.ZeroMeansUnset && text.Trim() is ("0" or "0.0"))
            return setting.IsNullable ? null : setting.Default;
        var element = ElementType(setting.ValueType);
        return element is null
            ? Scalar(setting, setting.ValueType, text)
            : List(setting, element, text.Split(element == typeof(string) ? [';', '\n'] : [','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Converts any value: of the right type, text, a number of another type, or a list.</summary>
    /// <exception cref="ArgumentException">The value does not fit the setting.</exception>
    public static object? Convert(Setting setting, object? value)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (value is null)
            return setting.IsNullable ? null : throw Refuse(setting, "nothing");
        if (setting.ZeroMeansUnset && value is (0 or 0L or 0.0))
            return setting.IsNullable ? null : setting.Default;
        if (ElementType(setting.ValueType) is { } element)
            return value is string text ? Parse(setting, text) : List(setting, element, value is IEnumerable items ? items.Cast<object?>() : [value]);
        if (setting.ValueType == typeof(string))
            return Parse(setting, Format(value));
        if (setting.ValueType.IsInstanceOfType(value))
            return value;
        if (value is IEnumerable parts and not string)
            return Parse(setting, string.Join(",", parts.Cast<object?>().Select(Format)));
        return Parse(setting, Format(value));
    }

    /// <summary>Whether two values are equal, lists by their items.</summary>
    public static bool Same(object? a, object? b) =>
        a is IEnumerable x and not string && b is IEnumerable y and not string ? x.Cast<object>().SequenceEqual(y.Cast<object>()) : Equals(a, b);

    /// <summary>The item type of a list setting, or null.</summary>
    internal static Type? ElementType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static Array? List(Setting setting, Type element, IEnumerable<object?> values)
    {
        var items = values.Take(MaximumItems + 1).ToList();
        if (items.Count == 0 && setting.IsNullable)
            return null;
        if (items.Count > MaximumItems)
            throw new ArgumentException($"{setting.Name} has more than {MaximumItems} values.");
        var list = Array.CreateInstance(element, items.Count);
        for (var i = 0; i < items.Count; i++)
            list.SetValue(element == typeof(string) ? Format(items[i]) : Scalar(setting, element, Format(items[i])), i);
        return list;
    }

    private static object Scalar(Setting setting, Type type, string text)
    {
        var trimmed = text.Trim();
        try
        {
            if (type == typeof(bool))
                return Flag(trimmed) ?? throw Refuse(setting, text);
            if (type.IsEnum)
                return Choice(type, trimmed) ?? throw Refuse(setting, text);
            if (type == typeof(double))
                return Number(setting, trimmed);
            if (type == typeof(int))
                return checked((int)Whole(setting, trimmed));
            if (type == typeof(long))
                return Whole(setting, trimmed);
            if (type == typeof(StepsOrShare))
                return StepsOrShare.Parse(trimmed);
            if (type == typeof(Resolution))
                return Resolution.Parse(trimmed);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw Refuse(setting, text);
        }
        throw new InvalidOperationException($"{setting.Name} has the type {type}, which no text is read into.");
    }

    private static bool? Flag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => null,
    };

    private static double Number(Setting setting, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : throw Refuse(setting, text);

    /// <summary>Whole numbers, also as other programs write them: 64.0, 1e3.</summary>
    private static long Whole(Setting setting, string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        var number = Number(setting, text);
        return number == Math.Floor(number) && Math.Abs(number) < 1L << 53 ? (long)number : throw Refuse(setting, text);
    }

    /// <summary>The member of an enum that a word means, as sd-scripts or as C# writes it, in any case; null when it is none.</summary>
    public static Enum? Choice(Type choices, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sought = Plain(text);
        foreach (var value in Enum.GetValuesAsUnderlyingType(choices))
        {
            var choice = (Enum)Enum.ToObject(choices, value);
            if (string.Equals(Word(choice), text, StringComparison.OrdinalIgnoreCase) || Plain(choice.ToString()) == sought
                || Spelling(choice)?.Others.Contains(text, StringComparer.OrdinalIgnoreCase) == true)
                return choice;
        }
        return choices == typeof(OptimizerType) ? OptimizerCatalogue.OfClass(text) : null;
    }

    /// <summary>The cure for a word that is no choice: the one that was most likely meant, or all.</summary>
    public static string Suggest(Type choices, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (choices == typeof(LrScheduler) && ScheduleCatalogue.Spelt(text) is var type && ScheduleCatalogue.Of(type) is not null)
            return $"It is a class: set LrSchedulerType to {type}.";
        var words = Words(choices);
        // What is written with its library is found by its own name, too.
        var names = words.Concat(words.Zip(Enum.GetNames(choices)).Where(pair => pair.First.Contains('.', StringComparison.Ordinal)).Select(pair => pair.Second)).ToList();
        var nearest = NearestName.Find(text[(text.LastIndexOf('.') + 1)..], names) ?? NearestName.Find(text, names);
        return nearest is null ? $"It is one of {string.Join(", ", words)}." : $"Did you mean {nearest}?";
    }

    private static string Plain(string text) =>
        text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    private static string Word(Enum choice) => Spelling(choice)?.Text ?? choice.ToString();

    private static SpellingAttribute? Spelling(Enum choice) => choice.GetType().GetField(choice.ToString())?.GetCustomAttribute<SpellingAttribute>();

    private static ArgumentException Refuse(Setting setting, string text)
    {
        var type = ElementType(setting.ValueType) ?? setting.ValueType;
        if (type.IsEnum)
            return new ArgumentException($"{setting.Name} cannot be '{text}'. {Suggest(type, text)}");
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        var expected = setting.Choices.Count > 0 ? "one of " + string.Join(", ", setting.Choices)
            : type == typeof(bool) ? "true or false"
            : type == typeof(double) ? isNumber ? "a number that is neither infinite nor NaN" : "a number"
            : type == typeof(StepsOrShare) ? "a number of steps (100) or a share of the training (0.1 or 10%)"
            : type == typeof(Resolution) ? "one number (512) or width,height (512,768)"
            : !isNumber ? "a whole number"
            : $"a whole number up to {Format(type == typeof(int) ? int.MaxValue : long.MaxValue)}";
        return new ArgumentException($"{setting.Name} cannot be '{text}': it is {(type == setting.ValueType ? "" : "a list; each item is ")}{expected}.");
    }
}
