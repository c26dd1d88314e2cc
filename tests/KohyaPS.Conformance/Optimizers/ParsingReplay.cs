using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>Arguments of optimizers as text: what value they mean, or that they mean none.</summary>
internal static class ParsingReplay
{
    // Legal in Python and of no use to any setting: refused.
    private static readonly string[] Refused = ["complex", "bytes", "set", "ellipsis"];

    public static void Run(OptimizerCase recorded, GoldenCheck check)
    {
        foreach (var row in recorded.Expected.GetProperty("rows").GetProperty("value").EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;
            var isError = row.TryGetProperty("error", out _) || Refused.Contains(row.GetProperty("value").GetProperty("type").GetString());
            try
            {
                var (key, value) = NamedLiteral.Parse(text);
                if (isError)
                {
                    check.True($"'{text}' must be refused, and is {PythonLiteral.Print(value)}", false);
                    continue;
                }
                check.Equal($"name of '{text}'", row.GetProperty("key").GetString()!, key);
                check.Equal($"value of '{text}'", Describe(row.GetProperty("value")), Describe(value));
                check.Equal($"print of '{text}'", row.GetProperty("repr").GetString()!, $"{key}={PythonLiteral.Print(value)}");
            }
            catch (FormatException error)
            {
                check.True($"'{text}' is refused: {error.Message}", isError);
            }
        }
    }

    private static string Describe(JsonElement value) => value.GetProperty("type").GetString() switch
    {
        "NoneType" => "none",
        "bool" => value.GetProperty("value").GetBoolean() ? "true" : "false",
        "int" => "int " + value.GetProperty("value"),
        "float" => "float " + Bits(value.GetProperty("value") is { ValueKind: JsonValueKind.String } special ? (special.GetString()![0] == '-' ? double.NegativeInfinity : double.PositiveInfinity) : value.GetProperty("value").GetDouble()),
        "str" => "str " + value.GetProperty("value").GetString(),
        "dict" => $"dict {string.Join(", ", value.GetProperty("items").EnumerateArray().Select(i => $"{Describe(i[0])}: {Describe(i[1])}"))}",
        var sequence => $"{sequence} {string.Join(", ", value.GetProperty("items").EnumerateArray().Select(Describe))}",
    };

    private static string Describe(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        long whole => "int " + whole.ToString(CultureInfo.InvariantCulture),
        BigInteger big => "int " + big.ToString(CultureInfo.InvariantCulture),
        double number => "float " + Bits(number),
        string text => "str " + text,
        PythonDictionary dictionary => $"dict {string.Join(", ", dictionary.Items.Select(i => $"{Describe(i.Key)}: {Describe(i.Value)}"))}",
        PythonSequence sequence => $"{(sequence.IsList ? "list" : "tuple")} {string.Join(", ", sequence.Items.Select(Describe))}",
        _ => value.ToString()!,
    };

    private static string Bits(double number) => BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture);
}
