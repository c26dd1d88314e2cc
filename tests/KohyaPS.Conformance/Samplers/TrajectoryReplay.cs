using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Diffusion.Samplers;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Samplers;

/// <summary>Latents after every call to the toy model of the file's head.</summary>
internal static class TrajectoryReplay
{
    public static void Run(SamplerCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        if (!recorded.Settings.TryGetProperty("sample_sampler", out _))
        {
            CompareSchedule(recorded, check);
            return;
        }
        using var schedule = new NoiseSchedule();
        if (recorded.IsPeerError)
        {
            SamplerTables.CompareTable(recorded, check);
            return;
        }
        var sampler = SamplerFactory.Create(recorded.Sampler, schedule, recorded.Steps, recorded.Options);
        var scale = recorded.Settings.GetProperty("scale").GetDouble();
        var (cond, uncond) = (recorded.Inputs.GetProperty("cond").GetSingle(), recorded.Inputs.GetProperty("uncond").GetSingle());
        var conditions = tensor(Guidance.IsActive(scale) ? new[] { uncond, cond } : [cond]).view(-1, 1, 1, 1);
        var seen = new List<double>();
        var rows = new List<double>();
        var draws = recorded.Draw("noise");
        var drawn = 0L;
        Func<Tensor, double, Tensor> guided = Guidance.Model((x, t) => Toy(x, t, conditions.expand(x.size(0), 1, 1, 1)), scale);
        var run = new SamplerRun((x, t) =>
        {
            seen.Add(t);
            return guided(x, t);
        })
        {
            Noise = () => draws![drawn++].reshape(recorded.Read("start").shape),
            OnCall = latents => rows.AddRange(latents.data<float>().ToArray().Select(f => (double)f)),
        };
        sampler.Run(recorded.Read(recorded.Inputs.GetProperty("start").GetString()!) * sampler.InitialSigma, run);
        recorded.Compare(check, "latents", rows);
        recorded.Compare(check, "model_timesteps", seen);
        check.EqualList("announced timesteps", seen, sampler.Timesteps);
        check.Equal("draws used", draws?.size(0) ?? 0, drawn);
    }

    private static Tensor Toy(Tensor x, Tensor timesteps, Tensor conditions)
    {
        var t = timesteps.to(ScalarType.Float64)[0].item<double>();
        var channel = arange(x.size(1), ScalarType.Float32).view(1, -1, 1, 1);
        return 0.5 * x.tanh() + 0.25 * Math.Cos(0.003 * t) * x.roll(-1, -1) + 0.1 * (channel + 0.01 * t).sin() + 0.2 * conditions;
    }

    private static void CompareSchedule(SamplerCase recorded, GoldenCheck check)
    {
        foreach (var (prefix, isZeroTerminal) in new[] { ("", false), ("zero_snr_", true) })
        {
            using var schedule = new NoiseSchedule(isZeroTerminal);
            recorded.Compare(check, $"{prefix}betas", [.. schedule.Betas.data<float>().ToArray().Select(f => (double)f)]);
            recorded.Compare(check, $"{prefix}alphas_cumprod", [.. schedule.AlphasCumprodValues.Select(f => (double)f)]);
        }
    }
}
