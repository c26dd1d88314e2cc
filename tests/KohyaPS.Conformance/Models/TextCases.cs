using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>
/// Text encoders: hidden states, clip_skip, pooled text, gradients, half types. <c>pooled_untransposed</c> is the peer's error with single files
/// (models.md 2.5) and has no counterpart here.
/// </summary>
internal static class TextCases
{
    private const string ClipSkip = "clip_skip_";
    private const string WeightGradient = "grad.weight.";

    public static void Replay(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        if (recorded.Expected.TryGetProperty("last_hidden_state_half", out _))
            HalfTypes(recorded, check);
        else
            States(recorded, check);
    }

    public static void ReplayGradients(ModelCase recorded, GoldenCheck check)
    {
        // The loss of SDXL's encoders is taken from the bare last but one state, that of the others from the final norm's output.
        var isBare = recorded.Root.GetProperty("note").GetString()!.Contains("without final LayerNorm", StringComparison.Ordinal);
        foreach (var useCheckpointing in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            using var encoder = MiniModels.TextEncoder(recorded, Part(recorded));
            encoder.Options.UseCheckpointing = useCheckpointing;
            var weights = encoder.Weights.Where(w => recorded.Expected.TryGetProperty(WeightGradient + w.Key, out _)).ToList();
            foreach (var weight in weights)
                weight.Value.requires_grad_();
            var states = isBare ? encoder.Encode(recorded.Input("input_ids"), 2, applyFinalNorm: false) : encoder.Encode(recorded.Input("input_ids"));
            var loss = nn.functional.mse_loss(states, recorded.Input("target"));
            Gradients.Backward(loss);
            recorded.Compare(check, "loss", loss);
            foreach (var weight in weights)
                recorded.Compare(check, WeightGradient + weight.Key, weight.Value.grad!);
            check.Equal("gradients compared", recorded.Expected.EnumerateObject().Count() - 1, weights.Count);
        }
    }

    private static void States(ModelCase recorded, GoldenCheck check)
    {
        using var encoder = MiniModels.TextEncoder(recorded, Part(recorded));
        var ids = recorded.Input("input_ids");
        var hidden = encoder.HiddenStates(ids);
        var last = encoder.Encode(ids);
        recorded.CompareIfExpected(check, "hidden_states", stack(hidden, 0));
        recorded.Compare(check, "last_hidden_state", last);
        foreach (var skip in recorded.Expected.EnumerateObject().Where(e => e.Name.StartsWith(ClipSkip, StringComparison.Ordinal)))
            recorded.Compare(check, skip.Name, encoder.Encode(ids, int.Parse(skip.Name[ClipSkip.Length..], System.Globalization.CultureInfo.InvariantCulture)));
        recorded.CompareIfExpected(check, "pooled", encoder.Pooled(last, ids, recorded.Settings.GetProperty("eos_token_id").GetInt64()));
        // transformers takes the position of the largest id: row by row that is the "end token".
        var largest = cat([.. Enumerable.Range(0, (int)ids.size(0)).Select(row =>
            encoder.Pooled(last.narrow(0, row, 1), ids.narrow(0, row, 1), ids.narrow(0, row, 1).max().item<long>()))], 0);
        recorded.CompareIfExpected(check, "pooler_output", largest);
        recorded.CompareIfExpected(check, "text_embeds", largest);
    }

    private static void HalfTypes(ModelCase recorded, GoldenCheck check)
    {
        var ids = recorded.Input("input_ids");
        var half = recorded.Settings.TryGetProperty("full_bf16", out var bf16) && bf16.GetBoolean() ? bfloat16 : float16;
        using var exact = MiniModels.TextEncoder(recorded, Part(recorded));
        using var encoder = MiniModels.TextEncoder(recorded, Part(recorded), half);
        var (wantLast, last) = (exact.Encode(ids), encoder.Encode(ids));
        recorded.Compare(check, "last_hidden_state_fp32", wantLast);
        recorded.CompareHalf(check, "last_hidden_state_half", "last_hidden_state_fp32", last);
        if (!recorded.Expected.TryGetProperty("pooled_half", out _))
            return;
        // No end token is recorded for these; the peer pools at the largest id, which is the same in every row.
        var end = ids.max().item<long>();
        recorded.Compare(check, "pooled_fp32", exact.Pooled(wantLast, ids, end));
        recorded.CompareHalf(check, "pooled_half", "pooled_fp32", encoder.Pooled(last, ids, end));
    }

    private static string Part(ModelCase recorded) => recorded.Root.GetProperty("model").GetProperty("part").GetString()!;
}
