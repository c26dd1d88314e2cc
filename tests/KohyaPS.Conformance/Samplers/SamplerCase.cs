using System.Text.Json;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Diffusion.Samplers;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Samplers;

/// <summary>One recorded case of the samplers.</summary>
internal sealed class SamplerCase(JsonElement entry, string tensorsPath) : IDisposable
{
    private SafetensorsFile? file;

    public JsonElement Settings => entry.GetProperty("settings");

    public JsonElement Inputs => entry.GetProperty("inputs");

    public JsonElement Expected => entry.GetProperty("expected");

    public int Steps => Settings.GetProperty("sample_steps").GetInt32();

    /// <summary>True where the peer ends with an exception.</summary>
    public bool IsPeerError => Expected.TryGetProperty("error", out _);

    /// <summary>The settings as a user would give them.</summary>
    public LoraConfig Config => Settings.EnumerateObject().Where(s => s.Name is "sample_sampler" or "v_parameterization")
        .Aggregate(new LoraConfig(), (config, setting) => config.With(setting.Name, setting.Value.ToString()));

    public SampleSampler Sampler => Config.Sampling.SampleSampler;

    /// <summary>The peer's choices, with the variant of the case.</summary>
    public SamplerOptions Options
    {
        get
        {
            var options = SamplerOptions.Peer with { Prediction = Config.Model.VParameterization ? PredictionType.Velocity : PredictionType.Epsilon };
            if (!Settings.TryGetProperty("variant", out var variant))
                return options;
            foreach (var change in variant.EnumerateObject())
            {
                options = (change.Name, change.Value.ToString()) switch
                {
                    ("clip_sample", "False") => options with { ClampsPrediction = false },
                    ("steps_offset", var offset) => options with { StepsOffset = int.Parse(offset, System.Globalization.CultureInfo.InvariantCulture) },
                    ("final_sigma", "sigma_min") => options with { EndsWithoutNoise = false },
                    _ => throw new GoldenSkipException($"samplers have no choice '{change.Name}: {change.Value}': samples ignore zero_terminal_snr, as the peer's do"),
                };
            }
            return options;
        }
    }

    /// <summary>A tensor of the file, as numbers with their shape.</summary>
    public Tensor Read(string name)
    {
        file ??= SafetensorsFile.Open(tensorsPath);
        return tensor(file.ReadFloats(name)).reshape([.. file[name].Shape]);
    }

    /// <summary>The tensor that a draw names; null where the case has none.</summary>
    public Tensor? Draw(string name) => entry.TryGetProperty("draws", out var draws) && draws.TryGetProperty(name, out var reference)
        ? Read(reference.ValueKind == JsonValueKind.String ? reference.GetString()! : reference.GetProperty("tensor").GetString()!)
        : null;

    /// <summary>Compares numbers with an entry of <see cref="Expected"/>, exactly where it has no tolerance; nothing where there is none.</summary>
    /// <param name="check">Takes the result.</param>
    /// <param name="name">The entry.</param>
    /// <param name="got">The numbers.</param>
    /// <param name="midpointTolerance">Absolute tolerance of every second number, from the second, on top of the entry's.</param>
    public void Compare(GoldenCheck check, string name, IReadOnlyList<double> got, double midpointTolerance = 0)
    {
        if (!Expected.TryGetProperty(name, out var reference))
            return;
        double[] want = reference.TryGetProperty("tensor", out var key) ? [.. ReadFlat(key.GetString()!)]
            : reference.GetProperty("value").ValueKind == JsonValueKind.Array ? [.. reference.GetProperty("value").EnumerateArray().Select(e => e.GetDouble())]
            : [reference.GetProperty("value").GetDouble()];
        double Tolerance(string kind) => reference.TryGetProperty(kind, out var value) ? value.GetDouble() : 0;
        if (midpointTolerance > 0 && want.Length == got.Count)
        {
            double[] Odd(IEnumerable<double> numbers) => [.. numbers.Where((_, i) => i % 2 == 1)];
            double[] Even(IEnumerable<double> numbers) => [.. numbers.Where((_, i) => i % 2 == 0)];
            check.Close($"{name} (midpoints)", Odd(want), Odd(got), Tolerance("rtol"), Tolerance("atol") + midpointTolerance);
            check.Close(name, Even(want), Even(got), Tolerance("rtol"), Tolerance("atol"));
            return;
        }
        check.Close(name, want, got.ToArray(), Tolerance("rtol"), Tolerance("atol"));
    }

    public void Dispose() => file?.Dispose();

    private IEnumerable<double> ReadFlat(string name)
    {
        file ??= SafetensorsFile.Open(tensorsPath);
        return file.ReadFloats(name).Select(f => (double)f);
    }
}
