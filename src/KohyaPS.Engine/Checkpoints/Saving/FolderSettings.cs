using System.Text.Json;
using System.Text.Json.Nodes;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>The JSON files of a diffusers folder, as the published models of each generation have them.</summary>
internal static class FolderSettings
{
    /// <summary>The file that lists the parts.</summary>
    public const string IndexName = "model_index.json";

    private const string DiffusersVersion = "0.32.1";

    /// <summary>A part's config.json: what is known of it, and what never differs within the generation.</summary>
    public static JsonObject OfPart(Checkpoint source, CheckpointPart part)
    {
        var constant = part.Part switch
        {
            ModelPart.Unet => Unet(source),
            ModelPart.Vae => Vae(source),
            _ => TextEncoder(source.Family, part.Part),
        };
        foreach (var field in part.Config.EnumerateObject())
            constant[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        return constant;
    }

    /// <summary>model_index.json.</summary>
    public static JsonObject Index(Checkpoint source)
    {
        var isXl = source.Family == ModelFamily.Sdxl;
        var index = new JsonObject { ["_class_name"] = isXl ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline", ["_diffusers_version"] = DiffusersVersion };
        if (isXl)
        {
            index["force_zeros_for_empty_prompt"] = true;
        }
        else
        {
            index["feature_extractor"] = new JsonArray(null, null);
            index["requires_safety_checker"] = false;
            index["safety_checker"] = new JsonArray(null, null);
        }
        index["scheduler"] = new JsonArray("diffusers", Scheduler(source)["_class_name"]!.GetValue<string>());
        foreach (var part in source.Parts.Select(p => p.Part).Order())
        {
            index[part.FolderName()] = part switch
            {
                ModelPart.Unet => new JsonArray("diffusers", "UNet2DConditionModel"),
                ModelPart.Vae => new JsonArray("diffusers", "AutoencoderKL"),
                ModelPart.TextEncoder => new JsonArray("transformers", "CLIPTextModel"),
                _ => new JsonArray("transformers", "CLIPTextModelWithProjection"),
            };
            if (part is ModelPart.TextEncoder or ModelPart.TextEncoder2)
                index[part == ModelPart.TextEncoder ? "tokenizer" : "tokenizer_2"] = new JsonArray("transformers", "CLIPTokenizer");
        }
        return index;
    }

    /// <summary>scheduler_config.json of the kind that the generation was published with.</summary>
    public static JsonObject Scheduler(Checkpoint source)
    {
        var isV = source.Detection.Prediction == ModelPrediction.V;
        var scheduler = new JsonObject
        {
            ["_class_name"] = source.Family == ModelFamily.Sdxl ? "EulerDiscreteScheduler" : isV ? "DDIMScheduler" : "PNDMScheduler",
            ["_diffusers_version"] = DiffusersVersion,
            ["beta_end"] = 0.012,
            ["beta_schedule"] = "scaled_linear",
            ["beta_start"] = 0.00085,
            ["clip_sample"] = false,
            ["num_train_timesteps"] = 1000,
            ["prediction_type"] = isV ? "v_prediction" : "epsilon",
            ["set_alpha_to_one"] = false,
            ["steps_offset"] = 1,
            ["trained_betas"] = null,
        };
        if (source.Family == ModelFamily.Sdxl)
        {
            scheduler["interpolation_type"] = "linear";
            scheduler["timestep_spacing"] = "leading";
            scheduler["use_karras_sigmas"] = false;
        }
        else if (!isV)
        {
            scheduler["skip_prk_steps"] = true;
        }
        if (source.Detection.HasZeroTerminalSnr)
            scheduler["rescale_betas_zero_snr"] = true;
        return scheduler;
    }

    private static JsonObject Unet(Checkpoint source)
    {
        var isV = source.Detection.Prediction == ModelPrediction.V;
        return new()
        {
            ["_class_name"] = "UNet2DConditionModel",
            ["_diffusers_version"] = DiffusersVersion,
            ["act_fn"] = "silu",
            ["center_input_sample"] = false,
            ["downsample_padding"] = 1,
            ["flip_sin_to_cos"] = true,
            ["freq_shift"] = 0,
            ["mid_block_scale_factor"] = 1,
            ["norm_eps"] = 1e-5,
            ["norm_num_groups"] = 32,
            ["sample_size"] = source.Family == ModelFamily.Sdxl ? 128 : source.Family == ModelFamily.Sd2 && isV ? 96 : 64,
            // SD2's attention overflows in half precision.
            ["upcast_attention"] = source.Family == ModelFamily.Sd2 && isV,
        };
    }

    private static JsonObject Vae(Checkpoint source)
    {
        var levels = source.Find(ModelPart.Vae) is { } vae && vae.Config.TryGetProperty("block_out_channels", out var channels) && channels.ValueKind == JsonValueKind.Array ? channels.GetArrayLength() : 4;
        return new()
        {
            ["_class_name"] = "AutoencoderKL",
            ["_diffusers_version"] = DiffusersVersion,
            ["act_fn"] = "silu",
            ["down_block_types"] = new JsonArray([.. Enumerable.Repeat("DownEncoderBlock2D", levels).Select(t => JsonValue.Create(t))]),
            ["in_channels"] = 3,
            ["out_channels"] = 3,
            ["sample_size"] = source.Family == ModelFamily.Sdxl ? 1024 : source.Family == ModelFamily.Sd2 ? 768 : 512,
            ["up_block_types"] = new JsonArray([.. Enumerable.Repeat("UpDecoderBlock2D", levels).Select(t => JsonValue.Create(t))]),
        };
    }

    private static JsonObject TextEncoder(ModelFamily family, ModelPart part) => new()
    {
        ["architectures"] = new JsonArray(part == ModelPart.TextEncoder2 ? "CLIPTextModelWithProjection" : "CLIPTextModel"),
        ["attention_dropout"] = 0.0,
        // The numbers that every published folder has; nothing goes by them.
        ["bos_token_id"] = 0,
        ["eos_token_id"] = 2,
        ["initializer_factor"] = 1.0,
        ["initializer_range"] = 0.02,
        ["model_type"] = "clip_text_model",
        ["pad_token_id"] = 1,
        ["projection_dim"] = part == ModelPart.TextEncoder2 ? 1280 : family == ModelFamily.Sd2 ? 512 : 768,
    };
}
