using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>Start values and gradients of a trace, from their closed formulas.</summary>
internal sealed class TraceGradients
{
    private readonly List<Entry> entries;
    private readonly RecordedParameters parameters;

    // bfloat16 weights have gradients that are computed in float32 and rounded.
    private readonly ScalarType precision;

    public TraceGradients(IEnumerable<JsonElement> recorded, RecordedParameters parameters, ScalarType dtype)
    {
        this.parameters = parameters;
        precision = dtype == ScalarType.Float64 ? dtype : ScalarType.Float32;
        entries = [.. recorded.Select(r => new Entry(r))];
        foreach (var entry in entries)
        {
            using var scope = NewDisposeScope();
            parameters.SetValue(entry.Name, entry.InitialKind switch
            {
                "zeros" => zeros(entry.Shape),
                "hash" => HashStream.Tensor(entry.InitialStream, entry.InitialScale, entry.Shape),
                var kind => throw new NotSupportedException($"start values of the kind {kind}"),
            });
        }
    }

    /// <summary>Sets all gradients of a step, each from the weights before it.</summary>
    public void Set(int step)
    {
        using var guard = no_grad();
        foreach (var (entry, gradient) in entries.Select(e => (e, Gradient(e, step))).ToList())
            parameters.SetGradient(entry.Name, gradient);
    }

    private Tensor Gradient(Entry entry, int step) => entry.Kind switch
    {
        "hash" => Hash(entry, step),
        "drift" => Hash(entry, step) + HashStream.Tensor(entry.Stream, entry.Scale, entry.Shape),
        "diag" => Diagonal(entry),
        "lora" => Lora(entry),
        _ => throw new NotSupportedException($"gradients of the kind {entry.Kind}"),
    };

    private static Tensor Hash(Entry entry, int step)
    {
        var units = HashStream.Unit(entry.Stream + step, entry.Count);
        var spread = HashStream.Spread(entry.Stream + step, entry.Count);
        return tensor([.. units.Zip(spread, (u, s) => u * (float)entry.Scale * s)]).reshape(entry.Shape);
    }

    private Tensor Diagonal(Entry entry)
    {
        var slope = (HashStream.Tensor(entry.Stream, 1, entry.Shape) + 0.75f).to(precision);
        var target = HashStream.Tensor(entry.Stream + 1, entry.Scale, entry.Shape).to(precision);
        return slope * (parameters[entry.Name].detach().to(precision) - target);
    }

    private Tensor Lora(Entry entry)
    {
        var down = Flat(entry.Down);
        var up = Flat(entry.Up);
        var target = HashStream.Tensor(entry.Stream, entry.Scale, [up.shape[0], down.shape[1]]).to(precision);
        var rest = up.matmul(down) - target;
        return (entry.Role == "down" ? up.t().matmul(rest) : rest.matmul(down.t())).reshape(entry.Shape);
    }

    // [out, r] and [r, in * k * k].
    private Tensor Flat(string name) => parameters[name].detach().to(precision).flatten(1);

    private sealed class Entry
    {
        public Entry(JsonElement recorded)
        {
            Name = recorded.GetProperty("name").GetString()!;
            Shape = [.. recorded.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            var initial = recorded.GetProperty("init");
            InitialKind = initial.GetProperty("kind").GetString()!;
            InitialStream = Long(initial, "stream");
            InitialScale = Number(initial, "scale");
            var gradient = recorded.GetProperty("gradient");
            Kind = gradient.GetProperty("kind").GetString()!;
            Stream = Long(gradient, "stream");
            Scale = Number(gradient, "scale");
            Role = Text(gradient, "role");
            (Down, Up) = Role == "down" ? (Name, Text(gradient, "other")) : (Text(gradient, "other"), Name);
        }

        public string Name { get; }

        public long[] Shape { get; }

        public long Count => Shape.Aggregate(1L, (a, b) => a * b);

        public string InitialKind { get; }

        public long InitialStream { get; }

        public double InitialScale { get; }

        public string Kind { get; }

        public long Stream { get; }

        public double Scale { get; }

        public string Role { get; }

        public string Down { get; }

        public string Up { get; }

        private static long Long(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

        private static double Number(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetDouble() : 0;

        private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }
}
