using System.Text.Encodings.Web;
using System.Text.Json;
using KohyaPS.Files;

namespace KohyaPS.Engine.Training.Logging;

/// <summary>The structured log of a run: one JSON object a line, flushed line by line, readable while the training runs.</summary>
internal sealed class JsonLinesLog : IDisposable
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private const int MaxBytes = 256 << 20;
    private readonly FileStream stream;

    /// <param name="path">The file.</param>
    /// <param name="appends">True keeps what it holds already, as for a resumed run.</param>
    public JsonLinesLog(string path, bool appends)
    {
        stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        // Emptied, not replaced: whoever watches it has it open.
        if (!appends)
            stream.SetLength(0);
        stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>The losses of the first steps, as a log tells them; NaN for those of which it tells nothing.</summary>
    /// <param name="path">The file, which need not be there; null for none.</param>
    /// <param name="steps">How many steps.</param>
    public static double[] Losses(string? path, int steps)
    {
        var losses = Enumerable.Repeat(double.NaN, steps).ToArray();
        if (!File.Exists(path))
            return losses;
        try
        {
            foreach (var line in TextFile.Read(path, MaxBytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                if (ReadStep(line) is { } read && read.Step >= 1 && read.Step <= steps)
                    losses[read.Step - 1] = read.Loss;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TextFileException)
        {
            // A training goes on without its past.
        }
        return losses;
    }

    /// <summary>Appends what the event says; preparation progress is left out.</summary>
    public void Write(TrainingEvent happened)
    {
        if (happened is PreparationProgress)
            return;
        using (var json = new Utf8JsonWriter(stream, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", happened.Time.UtcDateTime);
            json.WriteString("event", happened.GetType().Name);
            WriteBody(json, happened);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        stream.Flush();
    }

    /// <summary>Appends the settings of the run, without its paths: a log may be given to others.</summary>
    public void WriteSettings(DateTimeOffset time, LoraConfig config)
    {
        using (var json = new Utf8JsonWriter(stream, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("event", "Settings");
            json.WriteStartObject("settings");
            foreach (var setting in SettingCatalogue.All.Where(s => !s.IsPath))
                if (setting.Read(config) is { } value)
                    json.WriteString(setting.Key, SettingText.Format(value));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    // The last line of a process that was killed may be half a line.
    private static (int Step, double Loss)? ReadStep(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var step = json.RootElement;
            return step.GetProperty("event").GetString() == nameof(StepDone) ? (step.GetProperty("step").GetInt32(), step.GetProperty("loss").GetDouble()) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static void WriteBody(Utf8JsonWriter json, TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingStarted e:
                json.WriteString("name", e.Plan.Name);
                json.WriteString("runId", e.RunId);
                json.WriteString("baseModel", e.Plan.BaseModel);
                json.WriteNumber("firstStep", e.FirstStep);
                json.WriteNumber("totalSteps", e.Plan.TotalSteps);
                json.WriteNumber("epochs", e.Plan.Epochs);
                json.WriteNumber("batchesPerEpoch", e.Plan.BatchesPerEpoch);
                json.WriteString("steps", e.Plan.StepEquation);
                json.WriteString("runtime", e.Runtime);
                break;
            case StepDone e:
                json.WriteNumber("step", e.Step);
                json.WriteNumber("epoch", e.Epoch);
                WriteNumber(json, "loss", e.Loss);
                WriteNumber(json, "averageLoss", e.AverageLoss);
                WriteNumber(json, "gradientNorm", e.GradientNorm);
                WriteRates(json, "learningRates", e.LearningRates);
                if (e.EffectiveRates is { } effective)
                    WriteRates(json, "effectiveRates", effective);
                if (e.AdapterNorms is { } norms)
                {
                    json.WriteStartObject("adapterNorms");
                    json.WriteNumber("scaled", norms.KeysScaled);
                    WriteNumber(json, "mean", norms.Mean);
                    WriteNumber(json, "largest", norms.Largest);
                    json.WriteEndObject();
                }
                json.WriteNumber("seconds", Math.Round(e.StepSeconds, 4));
                json.WriteNumber("memoryBytes", e.MemoryBytes);
                break;
            case EpochDone e:
                json.WriteNumber("epoch", e.Epoch);
                json.WriteNumber("step", e.Step);
                WriteNumber(json, "averageLoss", e.AverageLoss);
                break;
            case NetworkSaved e:
                json.WriteString("path", e.Path);
                json.WriteNumber("step", e.Step);
                json.WriteNumber("epoch", e.Epoch);
                json.WriteBoolean("final", e.IsFinal);
                break;
            case StateSaved e:
                json.WriteString("path", e.State.Path);
                json.WriteNumber("step", e.State.Step);
                json.WriteString("reason", e.State.Reason.ToString());
                break;
            case RetentionRemoved e:
                json.WriteString("path", e.Path);
                break;
            case TrainingWarning e:
                json.WriteString("message", e.Message);
                break;
            case TrainingEnded e:
                json.WriteNumber("exitCode", (int)e.Result.ExitCode);
                json.WriteString("outcome", e.Result.ExitCode.ToString());
                json.WriteString("message", e.Result.Message);
                json.WriteNumber("steps", e.Result.Steps);
                json.WriteNumber("seconds", Math.Round(e.Result.Duration.TotalSeconds, 3));
                json.WriteNumber("peakMemoryBytes", e.Result.PeakMemoryBytes);
                break;
            default:
                throw new ArgumentException($"The log has no form for {happened.GetType().Name}.");
        }
    }

    private static void WriteRates(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, double> rates)
    {
        json.WriteStartObject(name);
        foreach (var (group, rate) in rates)
            WriteNumber(json, group, rate);
        json.WriteEndObject();
    }

    // JSON has no NaN or infinity; a diverged loss is logged as text.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteString(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
