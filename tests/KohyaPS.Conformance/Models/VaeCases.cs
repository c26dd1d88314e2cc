using KohyaPS.Engine.Models.Vae;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>The mini autoencoders: encoding, decoding, every block, half types; and the limits of the posterior.</summary>
internal static class VaeCases
{
    public static void ReplayEncode(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        using var vae = MiniModels.Vae(recorded);
        vae.Observe((name, value) => recorded.CompareIfExpected(check, name, value));
        var posterior = vae.Encode(recorded.Input("image"));
        Posterior(recorded, check, posterior);
        recorded.CompareIfExpected(check, "mode", posterior.Mean);
        check.Equal("scaling factor", recorded.Inputs.GetProperty("scaling_factor").GetProperty("value").GetDouble(), vae.Config.ScalingFactor);
        recorded.CompareIfExpected(check, "latents", posterior.Sample(recorded.Draw("noise")) * vae.Config.ScalingFactor);
    }

    public static void ReplayDecode(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        using var vae = MiniModels.Vae(recorded);
        vae.Observe((name, value) => recorded.CompareIfExpected(check, name, value));
        recorded.Compare(check, "image", vae.Decode(recorded.Input("latents") / vae.Config.ScalingFactor));
    }

    public static void ReplayHalf(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        var half = recorded.Settings.TryGetProperty("full_bf16", out var bf16) && bf16.GetBoolean() ? bfloat16 : float16;
        using (var exact = MiniModels.Vae(recorded))
        {
            recorded.Compare(check, "mean_fp32", exact.Encode(recorded.Input("image")).Mean);
            recorded.Compare(check, "image_fp32", exact.Decode(recorded.Input("latents")));
        }
        using var vae = MiniModels.Vae(recorded, half);
        recorded.CompareHalf(check, "mean_half", "mean_fp32", vae.Encode(recorded.Input("image")).Mean);
        recorded.CompareHalf(check, "image_half", "image_fp32", vae.Decode(recorded.Input("latents")));
    }

    public static void ReplayPosterior(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        Posterior(recorded, check, new VaePosterior(recorded.Input("moments")).MoveOut());
    }

    private static void Posterior(ModelCase recorded, GoldenCheck check, VaePosterior posterior)
    {
        recorded.Compare(check, "mean", posterior.Mean);
        recorded.Compare(check, "logvar", posterior.LogVariance);
        recorded.Compare(check, "std", posterior.Deviation);
        recorded.Compare(check, "sample", posterior.Sample(recorded.Draw("noise")));
    }
}
