using System.Globalization;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Engine.Checkpoints.Detection;

/// <summary>Finds out what a weights file is, from the names and shapes of its tensors.</summary>
internal sealed class ModelDetector
{
    /// <summary>The metadata that says what a model predicts.</summary>
    public const string PredictionKey = "modelspec.prediction_type";

    private const string Unet = SingleFileLayout.UnetPrefix;
    private const string Sd2Probe = "output_blocks.11.1.transformer_blocks.0.norm1.bias";

    // The spread was measured on models of SD2's own width only.
    private const int Sd2ProbeWidth = 320;
    // SD2's own checkpoints have 0.03 (epsilon) and 0.10 (v).
    private const double VPredictionSpread = 0.09;

    // diffusers' rule for the pickles of SD2: the 512-base model stopped here.
    private const long EpsilonGlobalStep = 875000;

    private static readonly string[] LoraMarks =
    [
        ".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", ".lora.down.", ".lora.up.", "_lora.down.", "_lora.up.", ".hada_w1_", ".hada_w2_",
        ".lokr_w1", ".lokr_w2", ".oft_blocks", ".dora_scale", ".lora_mid.",
    ];

    private static readonly string[] LoraPrefixes = ["lora_unet_", "lora_te_", "lora_te1_", "lora_te2_", "oft_unet_", "lycoris_"];

    private readonly Dictionary<string, SafetensorsDeclaration> tensors;
    private readonly IReadOnlyDictionary<string, string> metadata;
    private readonly Func<string, float[]>? read;
    private readonly long? globalStep;

    private ModelDetector(
        IEnumerable<SafetensorsDeclaration> tensors, IReadOnlyDictionary<string, string> metadata, Func<string, float[]>? read, long? globalStep)
    {
        this.tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        this.metadata = metadata;
        this.read = read;
        this.globalStep = globalStep;
    }

    /// <summary>Looks at a list of tensors.</summary>
    /// <param name="tensors">Names, types and shapes.</param>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="read">Reads the numbers of a small tensor; null where only the keys are known.</param>
    /// <param name="globalStep">The step count of a pickle.</param>
    public static ModelDetection Detect(
        IEnumerable<SafetensorsDeclaration> tensors, IReadOnlyDictionary<string, string> metadata, Func<string, float[]>? read = null, long? globalStep = null) =>
        new ModelDetector(tensors, metadata, read, globalStep).Detect();

    /// <summary>Looks at an open file.</summary>
    public static ModelDetection Detect(ITensorFile file) => Detect(file.Tensors, file.Metadata, file.ReadFloats, file.GlobalStep);

    private ModelDetection Detect()
    {
        if (HasPrefix("control_model.") || HasPrefix("controlnet_cond_embedding."))
            return new() { Kind = ModelKind.ControlNet };
        if (tensors.Keys.Any(k => LoraPrefixes.Any(p => k.StartsWith(p, StringComparison.Ordinal)) || LoraMarks.Any(m => k.Contains(m, StringComparison.Ordinal))))
            return new() { Kind = ModelKind.Lora };
        if (tensors.Keys.Any(k => k.Contains("joint_blocks.0.", StringComparison.Ordinal)))
            return new() { Kind = ModelKind.Sd3 };
        if (tensors.Keys.Any(k => k.Contains("double_blocks.0.img_attn.", StringComparison.Ordinal)))
            return new() { Kind = ModelKind.Flux };
        if (Has("edm_mean"))
            return new() { Kind = ModelKind.PlaygroundV25 };
        return HasPrefix(Unet) || HasEma() ? Checkpoint() : SinglePart();
    }

    private ModelDetection Checkpoint()
    {
        var hasUnet = HasPrefix(Unet);
        var variant = Has("conditioner.embedders.0.model.transformer.resblocks.9.mlp.c_proj.bias") ? ModelVariant.Refiner
            : Shape(Unet + "input_blocks.0.0.weight") is not [_, var channels, ..] ? ModelVariant.None
            : channels switch { 9 => ModelVariant.Inpainting, 8 => ModelVariant.InstructPix2Pix, 5 => ModelVariant.Depth, _ => ModelVariant.None };
        var family = FamilyOf(Unet, variant);
        var (prediction, source) = family is null ? (null, PredictionSource.None) : Prediction(family.Value, variant);
        return new()
        {
            Kind = family is null ? ModelKind.Unknown : ModelKind.Checkpoint,
            Family = family,
            Variant = variant,
            Prediction = prediction,
            PredictionSource = source,
            Missing = family is null || variant == ModelVariant.Refiner ? [] : [.. MissingParts(family.Value, hasUnet)],
            HasEma = HasEma(),
            IsEmaOnly = !hasUnet,
            IsFp8 = tensors.Values.Any(t => t.Name.StartsWith(Unet, StringComparison.Ordinal) && t.Dtype is SafetensorsDtype.F8E4M3 or SafetensorsDtype.F8E5M2),
            IsScaledFp8 = Has("scaled_fp8") || tensors.Keys.Any(k => k.EndsWith(".scale_weight", StringComparison.Ordinal)),
            HasZeroTerminalSnr = Has("ztsnr"),
            IsDiffusersLayout = false,
        };
    }

    private ModelDetection SinglePart()
    {
        if (Has("conv_in.weight") && HasPrefix("down_blocks."))
            return Bare(FamilyOfContext(Shape("down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight")
                ?? Shape("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight")), isDiffusers: true);
        if (Has("input_blocks.0.0.weight"))
            return Bare(FamilyOf("", ModelVariant.None), isDiffusers: false);
        var vae = HasPrefix(SingleFileLayout.VaePrefix) ? SingleFileLayout.VaePrefix : HasPrefix("vae.") ? "vae." : "";
        if (Has(vae + "encoder.conv_in.weight") || Has(vae + "decoder.conv_in.weight"))
            return new() { Kind = ModelKind.Vae, IsDiffusersLayout = HasPrefix(vae + "encoder.down_blocks.") || HasPrefix(vae + "decoder.up_blocks.") };
        if (tensors.Keys.Any(k => k.EndsWith("embeddings.token_embedding.weight", StringComparison.Ordinal) || k == "token_embedding.weight"))
            return new() { Kind = ModelKind.TextEncoder };
        var isEmbedding = Has("emb_params") || (Has("clip_l") && tensors.Count <= 2) || HasPrefix("string_to_param");
        return new() { Kind = isEmbedding ? ModelKind.TextualInversion : ModelKind.Unknown };
    }

    private static ModelDetection Bare(ModelFamily? family, bool isDiffusers) => family is null
        ? new() { Kind = ModelKind.Unknown }
        : new()
        {
            Kind = ModelKind.Unet,
            Family = family,
            Missing = [.. ModelParts.Of(family.Value).Where(p => p != ModelPart.Unet)],
            IsDiffusersLayout = isDiffusers,
        };

    private ModelFamily? FamilyOf(string prefix, ModelVariant variant)
    {
        if (variant == ModelVariant.Refiner)
            return ModelFamily.Sdxl;
        const string firstContext = "input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight";
        if (FamilyOfContext(Shape(prefix + firstContext) ?? Shape("model_ema.diffusion_model" + firstContext.Replace(".", "", StringComparison.Ordinal))) is { } byContext)
            return byContext;
        if (Has(prefix + "label_emb.0.0.weight") || HasPrefix("conditioner.embedders.1."))
            return ModelFamily.Sdxl;
        // Models of other widths: the text encoder's vocabulary of keys tells the generations apart.
        if (HasPrefix("cond_stage_model.model."))
            return ModelFamily.Sd2;
        return HasPrefix("cond_stage_model.transformer.") || Has(prefix + "output_blocks.11.0.skip_connection.weight") ? ModelFamily.Sd1 : null;
    }

    private static ModelFamily? FamilyOfContext(IReadOnlyList<long>? toKey) => toKey is not [_, var context, ..] ? null : context switch
    {
        768 => ModelFamily.Sd1,
        1024 => ModelFamily.Sd2,
        2048 => ModelFamily.Sdxl,
        _ => null,
    };

    private IEnumerable<ModelPart> MissingParts(ModelFamily family, bool hasUnet)
    {
        var contents = SingleFileLayout.Of(family).Read(tensors.Keys);
        return ModelParts.Of(family).Where(p => p == ModelPart.Unet ? !hasUnet : contents[p].Count == 0);
    }

    private (ModelPrediction?, PredictionSource) Prediction(ModelFamily family, ModelVariant variant)
    {
        if (metadata.TryGetValue(PredictionKey, out var stated) && stated.ToLower(CultureInfo.InvariantCulture) is var text)
        {
            if (text is "v" or "v_prediction" or "v-prediction")
                return (ModelPrediction.V, PredictionSource.Metadata);
            if (text is "epsilon" or "eps")
                return (ModelPrediction.Epsilon, PredictionSource.Metadata);
        }
        if (Has("v_pred"))
            return (ModelPrediction.V, PredictionSource.VPredKey);
        if (family != ModelFamily.Sd2)
            return (ModelPrediction.Epsilon, PredictionSource.Default);
        // 0 is what programs write that do not know it, sd-scripts among them.
        if (globalStep is > 0 and var step)
            return (step == EpsilonGlobalStep ? ModelPrediction.Epsilon : ModelPrediction.V, PredictionSource.GlobalStep);
        if (read is not null && Shape(Unet + Sd2Probe) is [Sd2ProbeWidth])
            return (Spread(read(Unet + Sd2Probe)) > VPredictionSpread ? ModelPrediction.V : ModelPrediction.Epsilon, PredictionSource.NormBias);
        return variant == ModelVariant.Depth ? (null, PredictionSource.None) : (ModelPrediction.Epsilon, PredictionSource.AmbiguousDefault);
    }

    private static double Spread(float[] values)
    {
        var mean = values.Average(v => (double)v);
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private bool HasEma() => HasPrefix("model_ema.diffusion_model");

    private bool Has(string name) => tensors.ContainsKey(name);

    private bool HasPrefix(string prefix) => tensors.Keys.Any(k => k.StartsWith(prefix, StringComparison.Ordinal));

    private IReadOnlyList<long>? Shape(string name) => tensors.TryGetValue(name, out var found) ? found.Shape : null;
}
