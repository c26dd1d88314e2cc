using System.Globalization;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Training.Objectives;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Objectives;

/// <summary>The cases that are no micro-batch.</summary>
internal static class ObjectiveTables
{
    /// <summary>Every table at every timestep.</summary>
    public static void CompareSchedule(ObjectiveCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var config = recorded.Config;
        using var schedule = new NoiseSchedule(config.Noise.ZeroTerminalSnr);
        var timesteps = arange(NoiseSchedule.Steps, ScalarType.Int64);
        var snr = schedule.Snr(timesteps);
        recorded.Compare(check, "betas", schedule.Betas);
        recorded.Compare(check, "alphas_cumprod", schedule.AlphasCumprod);
        recorded.Compare(check, "all_snr", snr);
        foreach (var (suffix, prediction) in new[] { ("epsilon", PredictionType.Epsilon), ("v", PredictionType.Velocity) })
        {
            var gamma = config.Objective.MinSnrGamma ?? 5;
            recorded.Compare(check, string.Create(CultureInfo.InvariantCulture, $"weight_min_snr_{gamma:0.###}_{suffix}"), new MinSnrWeighting(gamma, prediction).Weights(snr));
            recorded.Compare(check, $"weight_debiased_{suffix}", new DebiasedEstimation(prediction).Weights(snr));
        }
        recorded.Compare(check, "weight_scale_v_pred", new VelocityScaling().Weights(snr));
        foreach (var huber in Enum.GetValues<HuberSchedule>())
        {
            var threshold = new HuberThreshold(huber, config.Objective.HuberC, config.Objective.HuberScale, schedule);
            recorded.Compare(check, $"huber_c_{huber.ToString().ToLowerInvariant()}", threshold.At(timesteps));
        }
    }

    /// <summary>Which timesteps are drawn.</summary>
    public static void CompareTimesteps(ObjectiveCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var recipe = ObjectiveComposition.Noise(recorded.Config.Noise);
        var count = recorded.Inputs.GetProperty("count").GetInt32();
        var drawn = recipe.Timesteps(count, new SeededDraws(seed: 42), step: 0, CPU).data<long>().ToArray();
        check.Equal("min", recorded.Expected.GetProperty("min").GetProperty("value").GetInt64(), drawn.Min());
        check.Equal("max", recorded.Expected.GetProperty("max").GetProperty("value").GetInt64(), drawn.Max());
        check.Equal("distinct", recorded.Expected.GetProperty("distinct").GetProperty("value").GetInt32(), drawn.Distinct().Count());
    }

    /// <summary>The average after each loss.</summary>
    public static void CompareLossAverage(ObjectiveCase recorded, GoldenCheck check)
    {
        var average = new LossAverage();
        var averages = new List<double>();
        foreach (var add in recorded.Inputs.GetProperty("adds").EnumerateArray())
        {
            average.Add(add[1].GetInt32(), add[2].GetDouble());
            averages.Add(average.Value);
        }
        var want = recorded.Expected.GetProperty("averages");
        check.Close("averages", want.GetProperty("value").EnumerateArray().Select(e => e.GetDouble()).ToArray(), averages.ToArray(),
            want.GetProperty("rtol").GetDouble(), want.GetProperty("atol").GetDouble());
    }
}
