using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Diffusion.Samplers;

namespace KohyaPS.Conformance.Samplers;

/// <summary>What a name means, and the numbers a sampler starts from.</summary>
internal static class SamplerTables
{
    // The goldens' README: "dpm_2*: the mid timestep is interpolated in float32 logarithms, atol 0.02". The trajectories write it beside the same numbers; the tables do not.
    private const double Dpm2MidpointTolerance = 0.02;

    /// <summary>Each name that the peer offers is accepted and means the same method and prediction.</summary>
    public static void CompareName(SamplerCase recorded, GoldenCheck check)
    {
        if (!recorded.Expected.GetProperty("allowed_as_option").GetProperty("value").GetBoolean())
            GoldenCheck.Skip("a name that the peer's option does not offer either; the setting refuses it by name");
        using var schedule = new NoiseSchedule();
        var sampler = SamplerFactory.Create(recorded.Sampler, schedule, steps: 10, recorded.Options);
        if (recorded.IsPeerError)
        {
            check.True("a sampler that the peer fails to make must run here", sampler is DpmSolverSampler);
            return;
        }
        check.Equal("class", recorded.Expected.GetProperty("class").GetProperty("value").GetString(), ClassOf(sampler, recorded.Sampler));
        var config = recorded.Expected.GetProperty("config").GetProperty("value");
        check.Equal("prediction_type", config.GetProperty("prediction_type").GetString(), recorded.Options.Prediction == PredictionType.Velocity ? "v_prediction" : "epsilon");
        if (sampler is DdimSampler or PndmSampler)
            check.Equal("steps_offset", config.GetProperty("steps_offset").GetInt32(), recorded.Options.StepsOffset);
        if (config.TryGetProperty("clip_sample", out var clamps))
            check.Equal("clip_sample", clamps.GetBoolean(), recorded.Options.ClampsPrediction);
    }

    /// <summary>Timesteps, levels, first level, and the order of each call.</summary>
    public static void CompareTable(SamplerCase recorded, GoldenCheck check)
    {
        using var schedule = new NoiseSchedule();
        if (recorded.IsPeerError)
        {
            var isRefused = false;
            try
            {
                SamplerFactory.Create(recorded.Sampler, schedule, recorded.Steps, recorded.Options);
            }
            catch (ArgumentOutOfRangeException)
            {
                isRefused = true;
            }
            check.True("too few steps must be refused", isRefused);
            return;
        }
        var sampler = SamplerFactory.Create(recorded.Sampler, schedule, recorded.Steps, recorded.Options);
        recorded.Compare(check, "timesteps", sampler.Timesteps, midpointTolerance: sampler is Dpm2Sampler ? Dpm2MidpointTolerance : 0);
        recorded.Compare(check, "init_noise_sigma", [sampler.InitialSigma]);
        if (sampler is DpmSingleSampler single)
            recorded.Compare(check, "order_list", [.. single.Orders.Select(o => (double)o)]);
        if (sampler is DpmSolverSampler or DpmSingleSampler)
            recorded.Compare(check, "sigmas", new DpmSolverLevels(schedule, recorded.Steps, sampler is DpmSingleSampler || recorded.Sampler == SampleSampler.DpmsolverPlus).Sigmas);
        else if (sampler is EulerSampler or LmsSampler or HeunSampler or Dpm2Sampler)
            recorded.Compare(check, "sigmas", PerCall(sampler, new SigmaSchedule(schedule, recorded.Steps).Sigmas));
    }

    /// <summary>The levels as the peer's class lays them out: two calls a step share a level, and the end of dpm_2 is padded.</summary>
    private static double[] PerCall(ISampler sampler, double[] sigmas) => sampler switch
    {
        HeunSampler => [sigmas[0], .. sigmas[1..^1].SelectMany(s => new[] { s, s }), sigmas[^1]],
        Dpm2Sampler => [sigmas[0], .. sigmas[1..].SelectMany(s => new[] { s, s }), sigmas[^1]],
        _ => sigmas,
    };

    private static string ClassOf(ISampler sampler, SampleSampler name) => sampler switch
    {
        DdimSampler => "DDIMScheduler",
        PndmSampler => "PNDMScheduler",
        LmsSampler => "LMSDiscreteScheduler",
        EulerSampler => name is SampleSampler.EulerA or SampleSampler.KEulerA ? "EulerAncestralDiscreteScheduler" : "EulerDiscreteScheduler",
        HeunSampler => "HeunDiscreteScheduler",
        Dpm2Sampler => name is SampleSampler.Dpm2A or SampleSampler.KDpm2A ? "KDPM2AncestralDiscreteScheduler" : "KDPM2DiscreteScheduler",
        DpmSolverSampler => "DPMSolverMultistepScheduler",
        DpmSingleSampler => "DPMSolverSinglestepScheduler",
        _ => sampler.GetType().Name,
    };
}
