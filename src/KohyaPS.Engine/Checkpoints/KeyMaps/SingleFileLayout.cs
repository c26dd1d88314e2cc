namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>How a family lays out its parts in one file: the prefixes, and which vocabulary stands behind each.</summary>
internal sealed class SingleFileLayout
{
    private static readonly SingleFileLayout Sd1 = new(ModelFamily.Sd1, [("cond_stage_model.transformer.", ModelPart.TextEncoder, false)]);

    private static readonly SingleFileLayout Sd2 = new(ModelFamily.Sd2, [("cond_stage_model.model.", ModelPart.TextEncoder, true)]);

    private static readonly SingleFileLayout Sdxl = new(ModelFamily.Sdxl,
        [("conditioner.embedders.0.transformer.", ModelPart.TextEncoder, false), ("conditioner.embedders.1.model.", ModelPart.TextEncoder2, true)]);

    // What files carry besides the model: the noise schedule's buffers, averaged weights, training leftovers, marks.
    private static readonly string[] IgnoredPrefixes =
    [
        "model_ema.", "first_stage_model.loss.", "first_stage_model.model_ema.", "sqrt_", "posterior_", "alphas_cumprod", "log_one_minus_alphas_cumprod",
    ];

    private static readonly string[] IgnoredKeys =
    [
        "betas", "lvlb_weights", "logvar", "denoiser.sigmas", "v_pred", "ztsnr", "edm_mean", "edm_std", "scaled_fp8",
        "cond_stage_model.logit_scale", "cond_stage_model.model.logit_scale", "conditioner.embedders.1.model.logit_scale",
    ];

    private static readonly string[] IgnoredSuffixes = [".position_ids", ".attn_mask", ".scaled_fp8"];

    // Of the 24 layers of OpenCLIP ViT-H/14.
    private const int Sd2UsedLayers = 23;

    private readonly ModelFamily family;
    private readonly (string Prefix, ModelPart Part, bool IsOpenClip)[] textEncoders;

    private SingleFileLayout(ModelFamily family, (string, ModelPart, bool)[] textEncoders) => (this.family, this.textEncoders) = (family, textEncoders);

    /// <summary>Prefix of the U-Net in every family.</summary>
    public const string UnetPrefix = "model.diffusion_model.";

    /// <summary>Prefix of the VAE in every family.</summary>
    public const string VaePrefix = "first_stage_model.";

    /// <summary>The layout of a family.</summary>
    public static SingleFileLayout Of(ModelFamily family) => family switch
    {
        ModelFamily.Sd1 => Sd1,
        ModelFamily.Sd2 => Sd2,
        _ => Sdxl,
    };

    /// <summary>The part whose prefix a key has; null for none. Averaged weights and the training's leftovers belong to none.</summary>
    public ModelPart? PartOf(string key)
    {
        if (key.StartsWith(UnetPrefix, StringComparison.Ordinal))
            return ModelPart.Unet;
        if (key.StartsWith(VaePrefix, StringComparison.Ordinal))
            return IsIgnored(key) ? null : ModelPart.Vae;
        foreach (var (prefix, part, _) in textEncoders)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && !IgnoredSuffixes.Any(s => key.EndsWith(s, StringComparison.Ordinal)))
                return part;
        }
        return null;
    }

    /// <summary>The present form of a key: with the <c>text_model.</c> that some SD1 files lack.</summary>
    public string NormalizeKey(string key)
    {
        foreach (var (prefix, _, isOpenClip) in textEncoders)
        {
            if (!isOpenClip && key.StartsWith(prefix, StringComparison.Ordinal))
                return prefix + ClipKeyMap.Normalize(key[prefix.Length..]);
        }
        return key;
    }

    /// <summary>Sorts the keys of a file into the tensors of the parts and what is left over.</summary>
    public SingleFileContents Read(IReadOnlyCollection<string> keys)
    {
        var contents = new SingleFileContents();
        var vae = VaeKeyMap.For(keys.Where(k => k.StartsWith(VaePrefix, StringComparison.Ordinal)).Select(k => k[VaePrefix.Length..]));
        var unusedLayer = family == ModelFamily.Sd2 ? UnusedLayer(keys) : -1;
        foreach (var key in keys)
        {
            if (IsIgnored(key))
                continue;
            var mapped = Map(key, vae, unusedLayer).ToList();
            if (mapped.Count == 0)
                contents.Unexpected.Add(key);
            foreach (var (part, mapping) in mapped.Where(m => m.Mapping is not null))
                contents.Add(part, mapping!);
        }
        return contents;
    }

    /// <summary>The places in a single file of a part's tensors.</summary>
    /// <param name="part">The part.</param>
    /// <param name="names">Its diffusers names.</param>
    /// <exception cref="CheckpointFormatException">A name has no place in this layout.</exception>
    public IEnumerable<KeyMapping> Write(ModelPart part, IReadOnlyCollection<string> names)
    {
        var vae = new VaeKeyMap(1 + names.Select(n => KeyPath.Split(n.Replace("decoder.", "", StringComparison.Ordinal))).Where(p => p.Head == "up_blocks").Select(p => p.First).DefaultIfEmpty(-1).Max());
        var attending = names.Where(n => n.Contains(".attentions.", StringComparison.Ordinal)).Select(KeyPath.Split).Where(p => p.Head == "up_blocks").Select(p => p.First).ToHashSet();
        foreach (var name in names)
        {
            var place = part switch
            {
                ModelPart.Unet => UnetKeyMap.ToOriginal(name, attending.Contains) is { } key ? (UnetPrefix + key, KeyOperation.Same) : null,
                ModelPart.Vae => vae.ToOriginal(name) is { } key ? (VaePrefix + key, VaeKeyMap.IsProjection(name) ? KeyOperation.Squeeze : KeyOperation.Same) : null,
                _ => WriteText(part, name),
            };
            if (place is not { } found)
                throw new CheckpointFormatException($"The {part.InWords()} has a tensor '{name}' that a single file has no place for.");
            yield return new(name, found.Item1, found.Item2);
        }
    }

    private (string Key, KeyOperation Operation)? WriteText(ModelPart part, string name)
    {
        var (prefix, _, isOpenClip) = textEncoders.First(t => t.Part == part);
        return !isOpenClip ? (prefix + name, KeyOperation.Same)
            : ClipKeyMap.ToOpenClip(name) is { } place ? (prefix + place.Key, place.Operation)
            : null;
    }

    private static bool IsIgnored(string key) =>
        IgnoredKeys.Contains(key) || IgnoredPrefixes.Any(p => key.StartsWith(p, StringComparison.Ordinal))
        || IgnoredSuffixes.Any(s => key.EndsWith(s, StringComparison.Ordinal));

    // A null mapping says: known, and not part of the model.
    private IEnumerable<(ModelPart Part, KeyMapping? Mapping)> Map(string key, VaeKeyMap vae, int unusedLayer)
    {
        if (key.StartsWith(UnetPrefix, StringComparison.Ordinal))
        {
            if (UnetKeyMap.ToDiffusers(key[UnetPrefix.Length..]) is { } name)
                yield return (ModelPart.Unet, new(name, key, UnetOperation(name)));
            yield break;
        }
        if (key.StartsWith(VaePrefix, StringComparison.Ordinal))
        {
            if (vae.ToDiffusers(key[VaePrefix.Length..]) is { } name)
                yield return (ModelPart.Vae, new(name, key, VaeKeyMap.IsProjection(name) ? KeyOperation.Squeeze : KeyOperation.Same));
            yield break;
        }
        foreach (var (prefix, part, isOpenClip) in textEncoders)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var rest = key[prefix.Length..];
            if (!isOpenClip)
            {
                yield return (part, new(ClipKeyMap.Normalize(rest), key));
                continue;
            }
            // SD2 is conditioned on the last layer but one; the last and the projection are never built.
            if (family == ModelFamily.Sd2 && (rest == "text_projection" || rest.StartsWith($"transformer.resblocks.{unusedLayer}.", StringComparison.Ordinal)))
            {
                yield return (part, null);
                continue;
            }
            foreach (var (name, operation) in ClipKeyMap.FromOpenClip(rest))
                yield return (part, new(name, key, operation));
        }
    }

    // SD2 and SDXL project with matrices; files of other tools may hold them as 1x1 convolutions.
    private KeyOperation UnetOperation(string name) =>
        family != ModelFamily.Sd1 && (name.EndsWith(".proj_in.weight", StringComparison.Ordinal) || name.EndsWith(".proj_out.weight", StringComparison.Ordinal))
            ? KeyOperation.Squeeze
            : KeyOperation.Same;

    // The last one, which a file that was made of a diffusers folder has lost already.
    private static int UnusedLayer(IEnumerable<string> keys)
    {
        const string blocks = "cond_stage_model.model.transformer.resblocks.";
        var last = keys.Where(k => k.StartsWith(blocks, StringComparison.Ordinal)).Select(k => KeyPath.Split("x." + k[blocks.Length..]).First).DefaultIfEmpty(-1).Max();
        return last + 1 == Sd2UsedLayers ? -1 : last;
    }
}
