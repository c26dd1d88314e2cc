using System.Text.Json;
using KohyaPS.Datasets;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Replays the draws of a case, in order and of the recorded kind and bounds.</summary>
internal sealed class RecordedDraws(IReadOnlyList<JsonElement> draws) : ISampleDraws
{
    private int used;

    public double Next() => Take("random").GetProperty("value").GetDouble();

    public int Between(int low, int high)
    {
        var draw = Take("randint");
        if (draw.GetProperty("a").GetInt32() != low || draw.GetProperty("b").GetInt32() != high)
            throw new InvalidDataException($"A whole number from {low} to {high} was asked for; recorded is {draw.GetRawText()}.");
        return draw.GetProperty("value").GetInt32();
    }

    public double Uniform(double low, double high)
    {
        var draw = Take("uniform");
        if (Math.Abs(draw.GetProperty("a").GetDouble() - low) > 1e-12 || Math.Abs(draw.GetProperty("b").GetDouble() - high) > 1e-12)
            throw new InvalidDataException($"A number from {low} to {high} was asked for; recorded is {draw.GetRawText()}.");
        return draw.GetProperty("value").GetDouble();
    }

    public int Choose(int count)
    {
        var draw = Take("choice");
        if (draw.GetProperty("n").GetInt32() != count)
            throw new InvalidDataException($"One of {count} was asked for; recorded is {draw.GetRawText()}.");
        return draw.GetProperty("value").GetInt32();
    }

    public void Shuffle<T>(IList<T> items)
    {
        var draw = Take("shuffle");
        if (draw.GetProperty("n").GetInt32() != items.Count)
            throw new InvalidDataException($"{items.Count} items were to be shuffled; recorded is {draw.GetRawText()}.");
        T[] old = [.. items];
        foreach (var (from, to) in draw.GetProperty("value").EnumerateArray().Select((from, to) => (from.GetInt32(), to)))
            items[to] = old[from];
    }

    public void CheckAllUsed(GoldenCheck check) => check.Equal("draws used", draws.Count, used);

    private JsonElement Take(string kind)
    {
        if (used == draws.Count)
            throw new InvalidDataException($"A draw '{kind}' was asked for after all {draws.Count} recorded ones.");
        var draw = draws[used++];
        return draw.GetProperty("fn").GetString() == kind
            ? draw
            : throw new InvalidDataException($"A draw '{kind}' was asked for; recorded is {draw.GetRawText()}.");
    }
}
