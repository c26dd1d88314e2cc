using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Models of the real sizes with weights by the formula: strided outputs, and statistics of every block.</summary>
internal static class FullSizeCases
{
    public static void ReplayUnet(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        var store = Store(recorded);
        using var unet = new Unet(new WeightSource(store), UnetConfig.Read(store.Config));
        unet.Observe((name, value) => CompareBlock(recorded, check, name, value));
        var added = recorded.Inputs.TryGetProperty("pooled", out _) ? new AddedConditions(Input(recorded, "pooled"), Input(recorded, "time_ids")) : null;
        CompareStrided(recorded, check, "sample", unet.Predict(Input(recorded, "latents"), Input(recorded, "timesteps"), Input(recorded, "context"), added));
    }

    public static void ReplayText(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        var store = Store(recorded);
        using var encoder = new ClipTextEncoder(new WeightSource(store), ClipConfig.Read(store.Config));
        var ids = Input(recorded, "input_ids").to(int64);
        var hidden = encoder.HiddenStates(ids);
        var last = encoder.FinalNorm(hidden[^1]);
        CompareStrided(recorded, check, "last_hidden_state", last);
        CompareStrided(recorded, check, "hidden_states_-2", hidden[^2]);
        CompareStrided(recorded, check, "hidden_states_0", hidden[0]);
        // CLIP's end token, the last of the vocabulary.
        if (recorded.Expected.TryGetProperty("pooled", out _))
            CompareStrided(recorded, check, "pooled", encoder.Pooled(last, ids, encoder.VocabularySize - 1));
    }

    public static void ReplayVae(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        var store = Store(recorded);
        using var vae = new Vae(new WeightSource(store), VaeConfig.Read(store.Config));
        vae.Observe((name, value) => CompareBlock(recorded, check, name, value));
        var posterior = vae.Encode(Input(recorded, "image"));
        CompareStrided(recorded, check, "mean", posterior.Mean);
        CompareStrided(recorded, check, "logvar", posterior.LogVariance);
        CompareStrided(recorded, check, "image", vae.Decode(Input(recorded, "latents")));
    }

    private static ProceduralStore Store(ModelCase recorded)
    {
        var model = recorded.Root.GetProperty("model");
        return new(Path.Combine(recorded.Family, "full", model.GetProperty("keys").GetString()!), model.GetProperty("part").GetString()!);
    }

    private static unsafe Tensor Input(ModelCase recorded, string name)
    {
        var input = recorded.Inputs.GetProperty(name);
        if (input.TryGetProperty("value", out var value))
            return FromJson(value);
        var formula = input.GetProperty("procedural");
        var values = empty([.. formula.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())]);
        var hash = ProceduralWeights.Hash($"{formula.GetProperty("seed").GetString()}:{formula.GetProperty("key").GetString()}");
        fixed (byte* destination = values.bytes)
            ProceduralWeights.Fill((float*)destination, values.numel(), hash, 0, 0, formula.GetProperty("scale").GetSingle());
        return values;
    }

    // Numbers, or a list of rows of numbers.
    private static Tensor FromJson(JsonElement value)
    {
        JsonElement[] rows = [.. value.EnumerateArray()];
        return rows[0].ValueKind == JsonValueKind.Array
            ? stack([.. rows.Select(FromJson)], 0)
            : tensor(rows.Select(r => r.GetDouble()).ToArray(), dtype: float32);
    }

    private static void CompareStrided(ModelCase recorded, GoldenCheck check, string name, Tensor got)
    {
        using var scope = NewDisposeScope();
        var expectation = recorded.Expected.GetProperty(name);
        check.EqualList($"{name} shape", [.. expectation.GetProperty("flat_shape").EnumerateArray().Select(d => d.GetInt64())], got.shape);
        var (rtol, atol) = (expectation.GetProperty("rtol").GetDouble(), expectation.GetProperty("atol").GetDouble());
        check.Close(name, recorded.Floats(expectation), Strided(got, expectation.GetProperty("stride").GetInt32()), rtol, atol);
        CompareStatistics(check, name, expectation, got, expectation.GetProperty("stats_rtol").GetDouble(), expectation.GetProperty("stats_atol").GetDouble());
    }

    private static void CompareBlock(ModelCase recorded, GoldenCheck check, string name, Tensor got)
    {
        if (!recorded.Root.TryGetProperty("blocks", out var blocks) || !blocks.TryGetProperty(name, out var expectation))
            return;
        var (rtol, atol) = (expectation.GetProperty("rtol").GetDouble(), expectation.GetProperty("atol").GetDouble());
        float[] want = [.. expectation.GetProperty("values").EnumerateArray().Select(v => v.GetSingle())];
        check.Close(name, want, Strided(got, expectation.GetProperty("stride").GetInt32()).AsSpan(0, want.Length), rtol, atol);
        CompareStatistics(check, name, expectation, got, rtol, atol);
    }

    private static void CompareStatistics(GoldenCheck check, string name, JsonElement expectation, Tensor got, double rtol, double atol)
    {
        using var scope = NewDisposeScope();
        var exact = got.to(float64);
        check.Close($"{name} mean", expectation.GetProperty("mean").GetDouble(), exact.mean().item<double>(), rtol, atol);
        check.Close($"{name} std", expectation.GetProperty("std").GetDouble(), exact.std(unbiased: false).item<double>(), rtol, atol);
        check.Close($"{name} min", expectation.GetProperty("min").GetDouble(), exact.min().item<double>(), rtol, atol);
        check.Close($"{name} max", expectation.GetProperty("max").GetDouble(), exact.max().item<double>(), rtol, atol);
    }

    private static float[] Strided(Tensor values, int stride)
    {
        using var scope = NewDisposeScope();
        var flat = values.to(float32).contiguous().flatten();
        return flat.index_select(0, arange(0, flat.numel(), stride, dtype: int64)).data<float>().ToArray();
    }
}
