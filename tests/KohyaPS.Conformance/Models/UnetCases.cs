using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Unet;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Forward passes of the mini U-Nets: every block, odd sizes, long contexts, gradients, half types.</summary>
internal static class UnetCases
{
    private const string WeightGradient = "grad.weight.";

    public static void Replay(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        if (recorded.Expected.TryGetProperty("sample_half", out _))
            HalfTypes(recorded, check);
        else if (recorded.Inputs.TryGetProperty("target", out _))
            GradientsOf(recorded, check);
        else
            Forward(recorded, check);
    }

    private static void Forward(ModelCase recorded, GoldenCheck check)
    {
        using var unet = MiniModels.Unet(recorded);
        var seen = new HashSet<string>();
        unet.Observe((name, value) =>
        {
            if (recorded.CompareIfExpected(check, name, value))
                seen.Add(name);
        });
        using var without = no_grad();
        Predict(recorded, unet);
        foreach (var expected in recorded.Expected.EnumerateObject().Where(e => !seen.Contains(e.Name)))
            check.True($"no block reported '{expected.Name}'", false);
    }

    private static void GradientsOf(ModelCase recorded, GoldenCheck check)
    {
        foreach (var useCheckpointing in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            using var unet = MiniModels.Unet(recorded);
            unet.Options.UseCheckpointing = useCheckpointing;
            var inputs = InputNames(recorded).Where(n => recorded.Expected.TryGetProperty($"grad.{n}", out _))
                .ToDictionary(n => n, n => recorded.Input(n).requires_grad_());
            var weights = unet.Weights.Where(w => recorded.Expected.TryGetProperty(WeightGradient + w.Key, out _)).ToList();
            foreach (var weight in weights)
                weight.Value.requires_grad_();
            var sample = Predict(recorded, unet, inputs);
            var loss = nn.functional.mse_loss(sample, recorded.Input("target"));
            Gradients.Backward(loss);
            recorded.Compare(check, "sample", sample);
            recorded.Compare(check, "loss", loss);
            foreach (var input in inputs)
                recorded.Compare(check, $"grad.{input.Key}", input.Value.grad!);
            foreach (var weight in weights)
                recorded.Compare(check, WeightGradient + weight.Key, weight.Value.grad!);
            check.Equal("gradients compared", recorded.Expected.EnumerateObject().Count(e => e.Name.StartsWith("grad.", StringComparison.Ordinal)), inputs.Count + weights.Count);
        }
    }

    private static void HalfTypes(ModelCase recorded, GoldenCheck check)
    {
        using var without = no_grad();
        var half = recorded.Settings.GetProperty("full_bf16").GetBoolean() ? bfloat16 : float16;
        using (var exact = MiniModels.Unet(recorded))
            recorded.Compare(check, "sample_fp32", Predict(recorded, exact));
        using (var rounded = MiniModels.Unet(recorded, rounding: half))
            recorded.Compare(check, "sample_weights_rounded", Predict(recorded, rounded));
        using var unet = MiniModels.Unet(recorded, half);
        var sample = Predict(recorded, unet);
        check.Equal("type", half, sample.dtype);
        recorded.CompareHalf(check, "sample_half", "sample_fp32", sample);
        recorded.CompareHalf(check, "sample_autocast", "sample_fp32", sample);
    }

    private static Tensor Predict(ModelCase recorded, Unet unet, Dictionary<string, Tensor>? replaced = null)
    {
        Tensor Get(string name) => replaced is not null && replaced.TryGetValue(name, out var tensor) ? tensor : recorded.Input(name);
        var added = recorded.Inputs.TryGetProperty("pooled", out _) ? new AddedConditions(Get("pooled"), Get("time_ids")) : null;
        return unet.Predict(Get("latents"), Get("timesteps"), Get("context"), added);
    }

    private static IEnumerable<string> InputNames(ModelCase recorded) => recorded.Inputs.EnumerateObject().Select(i => i.Name);
}
