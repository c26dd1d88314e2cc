using System.Globalization;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>The GUI's LoRA type and the fields that belong to it; fields of other types are saved too and left out here.</summary>
internal sealed class GuiNetwork(ConfigTable root, ImportReport report, HashSet<string> read)
{
    private static readonly Dictionary<string, string> LycorisAlgorithms = new()
    {
        ["LyCORIS/LoCon"] = "lora",
        ["LoCon"] = "lora",
        ["LyCORIS/LoHa"] = "loha",
        ["LyCORIS/iA3"] = "ia3",
        ["LyCORIS/DyLoRA"] = "dylora",
        ["LyCORIS/LoKr"] = "lokr",
        ["LyCORIS/Diag-OFT"] = "diag-oft",
        ["LyCORIS/BOFT"] = "boft",
        ["LyCORIS/GLoRA"] = "glora",
        ["LyCORIS/Native Fine-Tuning"] = "full",
    };

    private static readonly string[] BlockFields =
        ["down_lr_weight", "mid_lr_weight", "up_lr_weight", "block_lr_zero_threshold", "block_dims", "block_alphas", "conv_block_dims", "conv_block_alphas"];

    private static readonly string[] LoraPlusFields = ["loraplus_lr_ratio", "loraplus_unet_lr_ratio", "loraplus_text_encoder_lr_ratio"];

    private static readonly string[] LycorisFields =
        ["use_cp", "use_tucker", "factor", "decompose_both", "train_on_input", "use_scalar", "train_norm", "dora_wd", "bypass_mode", "rescaled", "rank_dropout_scale", "full_matrix", "unbalanced_factorization", "wd_on_output", "rs_lora"];

    internal void Apply()
    {
        var type = Take("LoRA_type") ?? "Standard";
        if (LycorisAlgorithms.TryGetValue(type, out var algorithm))
        {
            report.Set("LoRA_type", "NetworkModule", "lycoris.kohya", ImportOutcome.Renamed);
            report.Set("LoRA_type", "Algo", algorithm, ImportOutcome.Renamed);
            Lycoris(algorithm);
        }
        else
        {
            var module = type switch { "LoRA-FA" => "networks.lora_fa", "Kohya DyLoRA" => "networks.dylora", _ => "networks.lora" };
            if (type is "Standard" or "Kohya LoCon" or "LoRA-FA" or "Kohya DyLoRA")
                report.Set("LoRA_type", "NetworkModule", module, ImportOutcome.Renamed);
            else
                report.Set("LoRA_type", "NetworkModule", module, ImportOutcome.Changed, $"The type '{type}' is not known; a plain LoRA is assumed.");
            Kohya(type);
        }
        Take("unit");
        foreach (var field in LycorisFields.Concat(BlockFields).Concat(LoraPlusFields).Concat(["conv_dim", "conv_alpha", "rank_dropout", "module_dropout", "LyCORIS_preset", "constrain"]))
            read.Add(field);
    }

    private void Kohya(string type)
    {
        if (type == "Standard")
            Leave("conv_dim", "The type Standard leaves it out; Kohya LoCon uses it.", "0", "1");
        else if (Number("conv_dim") is > 0 and var rank && (type != "Kohya DyLoRA" || rank == (Number("network_dim") ?? rank)))
        {
            report.Set("conv_dim", "ConvDim", rank, type == "LoRA-FA" ? ImportOutcome.Changed : null, type == "LoRA-FA" ? "The GUI showed it for LoRA-FA but did not pass it on; here it is used." : "");
            if (Number("conv_alpha") is { } alpha)
                report.Set("conv_alpha", "ConvAlpha", alpha);
        }
        else if (type == "Kohya DyLoRA")
            Leave("conv_dim", "DyLoRA needs it equal to network_dim; convolutions are left out.", "0");
        foreach (var field in BlockFields.Concat(LoraPlusFields))
        {
            if (Take(field) is { Length: > 0 } text && !(LoraPlusFields.Contains(field) && IsZero(text)))
                report.Set(field, field, text);
        }
        if (type == "Kohya DyLoRA" && Number("unit") is > 0 and var unit)
            report.Set("unit", "Unit", unit);
        Dropouts(ImportOutcome.Taken, "");
    }

    private void Lycoris(string algorithm)
    {
        report.Set("conv_dim", "ConvDim", Number("conv_dim") ?? 1);
        report.Set("conv_alpha", "ConvAlpha", Number("conv_alpha") ?? 1);
        if (Take("LyCORIS_preset") is { Length: > 0 } preset)
            report.Set("LyCORIS_preset", "Preset", preset, ImportOutcome.Renamed);
        if (Number("constrain") is > 0 and var constraint)
            report.Set("constrain", "Constraint", constraint, ImportOutcome.Renamed);
        foreach (var field in LycorisFields)
        {
            // Newer versions save both names of Tucker decomposition; either turns it on.
            if (Take(field) is { Length: > 0 } text && IsOf(field, algorithm) && !(field == "use_tucker" && report.Config.Lycoris.UseTucker))
                report.Set(field, field, text);
        }
        if (algorithm == "dylora" && Number("unit") is > 0 and var unit)
            report.Set("unit", "Unit", unit, ImportOutcome.Renamed, "LyCORIS calls it block_size.");
        if (algorithm != "ia3")
            Dropouts(ImportOutcome.Changed, "v21.8.8 did not pass it to LyCORIS, newer versions do; here it is used.");
    }

    /// <summary>Fields that other algorithms keep from an earlier choice.</summary>
    private static bool IsOf(string field, string algorithm) => field switch
    {
        "factor" or "decompose_both" or "full_matrix" or "unbalanced_factorization" => algorithm == "lokr",
        "train_on_input" => algorithm == "ia3",
        "use_cp" or "use_tucker" => algorithm is "lora" or "loha" or "lokr" or "dylora" or "glora",
        "rescaled" => algorithm is "diag-oft" or "boft",
        _ => true,
    };

    private void Dropouts(ImportOutcome outcome, string message)
    {
        foreach (var field in new[] { "rank_dropout", "module_dropout" })
        {
            if (Number(field) is > 0 and var rate)
                report.Set(field, field, rate, outcome, message);
        }
    }

    private void Leave(string field, string reason, params string[] plain)
    {
        if (Take(field) is { Length: > 0 } text && !plain.Contains(text))
            report.Ignore(field, text, reason);
    }

    private string? Take(string key)
    {
        read.Add(key);
        return root.Find(key) is { } value ? GuiJsonImporter.Scalar(value) : null;
    }

    private double? Number(string key) => double.TryParse(Take(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static bool IsZero(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == 0;
}
