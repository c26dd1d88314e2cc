namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Names of kohya_ss and sd-scripts that are no settings here: read in another way, or without use, and why.</summary>
internal static class ForeignSettings
{
    private const string Distributed = "KohyaPS trains in one process on one device.";
    private const string Upload = "KohyaPS sends nothing to a hub; copy the files yourself.";
    private const string Compile = "There is no compiler for models in libtorch without Python.";
    private const string Wandb = "KohyaPS sends nothing to Weights and Biases; it writes JSON lines and TensorBoard events.";
    private const string Console = "PowerShell's streams do this: -Verbose, -Debug and redirection.";
    private const string Float8 = "TorchSharp has no 8-bit floating point types.";
    private const string OtherFamily = "It belongs to another model family.";

    /// <summary>Names that are read, but whose value ends up in other settings: what happens with them.</summary>
    internal static readonly IReadOnlyDictionary<string, string> ReadAsOthers = new Dictionary<string, string>
    {
        ["model_list"] = "the model's path says it",
        ["caption_extention"] = "caption_extension",
        ["LoRA_type"] = "network_module, conv_dim, algo",
        ["network_args"] = "one setting for each",
        ["use_cp"] = "use_tucker",
        ["dropout"] = "network_dropout",
        ["block_size"] = "unit",
        ["use_8bit_adam"] = "optimizer_type",
        ["use_lion_optimizer"] = "optimizer_type",
        ["additional_parameters"] = "read as a command line",
        ["xformers"] = "cross_attention",
        ["sdpa"] = "cross_attention",
        ["noise_offset_type"] = "chooses noise_offset or multires_noise_*",
        ["config_file"] = "import the file instead",
        ["num_repeats"] = "subsets of datasets",
        ["image_dir"] = "subsets of datasets",
        ["is_reg"] = "subsets of datasets",
        ["class_tokens"] = "subsets of datasets",
        ["metadata_file"] = "subsets of datasets",
        ["conditioning_data_dir"] = "subsets of datasets",
        ["batch_size"] = "train_batch_size",
        ["custom_attributes"] = "subsets of datasets",
    };

    /// <summary>Names that cannot apply here, and why.</summary>
    internal static readonly IReadOnlyDictionary<string, string> WithoutUse = new Dictionary<string, string>
    {
        ["tokenizer_cache_dir"] = "The CLIP vocabulary comes with KohyaPS; nothing is downloaded.",
        ["highvram"] = "libtorch here never empties the memory cache between batches, which is what this asks for.",
        ["lowvram"] = "Models stay where they are used.",
        ["disable_mmap_load_safetensors"] = "Files are always mapped, after their headers are checked.",
        ["dataset_class"] = "It names a Python class.",
        ["debug_dataset"] = "Export-BucketPreview shows what is trained.",
        ["cache_info"] = "Captions and sizes are read anew at each start.",
        ["no_token_padding"] = "LoRA trainers have no such option; captions are padded as the model was trained.",
        ["stop_text_encoder_training"] = "LoRA trainers cannot stop the text encoder early; set text_encoder_lr to 0 to leave it out.",
        ["stop_text_encoder_training_pct"] = "LoRA trainers cannot stop the text encoder early; set text_encoder_lr to 0 to leave it out.",
        ["fused_backward_pass"] = "It has no effect on LoRA in the original trainer either.",
        ["cpu_offload_checkpointing"] = "The U-Nets of SD and SDXL do not take it in the original trainer either.",
        ["fp8_base"] = Float8,
        ["fp8_base_unet"] = Float8,
        ["torch_compile"] = Compile,
        ["dynamo_backend"] = Compile,
        ["dynamo_mode"] = Compile,
        ["dynamo_use_dynamic"] = Compile,
        ["dynamo_use_fullgraph"] = Compile,
        ["wandb_api_key"] = Wandb,
        ["wandb_run_name"] = Wandb,
        ["log_tracker_config"] = Wandb,
        ["console_log_level"] = Console,
        ["console_log_file"] = Console,
        ["console_log_simple"] = Console,
        ["output_config"] = "Export-LoraConfig writes configurations.",
        ["network_multiplier"] = "The newest trainer does not apply it either.",
        ["huggingface_repo_id"] = Upload,
        ["huggingface_repo_type"] = Upload,
        ["huggingface_path_in_repo"] = Upload,
        ["huggingface_token"] = Upload,
        ["huggingface_repo_visibility"] = Upload,
        ["save_state_to_huggingface"] = Upload,
        ["resume_from_huggingface"] = Upload,
        ["async_upload"] = Upload,
        ["ddp_timeout"] = Distributed,
        ["ddp_gradient_as_bucket_view"] = Distributed,
        ["ddp_static_graph"] = Distributed,
        ["deepspeed"] = Distributed,
        ["zero_stage"] = Distributed,
        ["offload_optimizer_device"] = Distributed,
        ["offload_optimizer_nvme_path"] = Distributed,
        ["offload_param_device"] = Distributed,
        ["offload_param_nvme_path"] = Distributed,
        ["zero3_init_flag"] = Distributed,
        ["zero3_save_16bit_model"] = Distributed,
        ["fp16_master_weights_and_gradients"] = Distributed,
        ["multi_gpu"] = Distributed,
        ["num_machines"] = Distributed,
        ["num_processes"] = Distributed,
        ["main_process_port"] = Distributed,
        ["gpu_ids"] = Distributed,
        ["extra_accelerate_launch_args"] = Distributed,
        ["conv_dims"] = "Old name of a field that the GUI no longer reads; conv_block_dims replaced it.",
        ["conv_alphas"] = "Old name of a field that the GUI no longer reads; conv_block_alphas replaced it.",
        ["num_vectors_per_token"] = "It belongs to textual inversion.",
        ["save_as_bool"] = "It is a button of the GUI.",
        ["train_inpainting"] = "It belongs to inpainting models.",
        ["show_timesteps"] = "It draws a diagram instead of training.",
        ["show_timesteps_resolution"] = "It draws a diagram instead of training.",
        ["learning_rate_te"] = "It belongs to the training of whole models.",
        ["learning_rate_te1"] = "It belongs to the training of whole models.",
        ["learning_rate_te2"] = "It belongs to the training of whole models.",
        ["blockwise_fused_optimizers"] = "It belongs to the training of whole models.",
        ["fused_optimizer_groups"] = "It belongs to the training of whole models.",
        ["clip_g_dropout_rate"] = OtherFamily,
        ["model_type"] = OtherFamily,
    };

    /// <summary>Beginnings and whole names of settings of FLUX, SD3, Lumina, Hunyuan and Anima, which the GUI saves with every configuration.</summary>
    private static readonly string[] OtherFamilies =
    [
        "flux", "sd3_", "lumina_", "hunyuan_", "anima_", "t5xxl", "clip_l", "clip_g", "ae", "apply_t5_attn_mask", "blocks_to_swap", "double_blocks_to_swap", "single_blocks_to_swap",
        "discrete_flow_shift", "guidance_scale", "logit_mean", "logit_std", "mode_scale", "model_prediction_type", "timestep_sampling", "weighting_scheme", "train_t5xxl", "save_t5xxl",
        "save_clip", "split_mode", "split_qkv", "train_blocks", "train_double_block_indices", "train_single_block_indices", "single_dim", "single_mod_dim", "in_dims", "img_attn_dim",
        "img_mlp_dim", "img_mod_dim", "txt_attn_dim", "txt_mlp_dim", "txt_mod_dim", "mem_eff_save", "pos_emb_random_crop_rate", "ggpo_beta", "ggpo_sigma", "train_lora_ggpo",
    ];

    /// <summary>Flags of the trainer and its launcher that take no value and are no settings here.</summary>
    internal static readonly IReadOnlySet<string> ValuelessFlags = new HashSet<string>
    {
        "highvram", "lowvram", "disable_mmap_load_safetensors", "debug_dataset", "cache_info", "no_token_padding", "fused_backward_pass", "cpu_offload_checkpointing", "fp8_base",
        "fp8_base_unet", "torch_compile", "console_log_simple", "output_config", "save_state_to_huggingface", "resume_from_huggingface", "async_upload", "ddp_gradient_as_bucket_view",
        "ddp_static_graph", "deepspeed", "zero3_init_flag", "zero3_save_16bit_model", "fp16_master_weights_and_gradients", "multi_gpu", "use_8bit_adam", "use_lion_optimizer", "xformers", "sdpa",
        "network_train_unet_only", "network_train_text_encoder_only",
    };

    /// <summary>Why a name has no use here, or null.</summary>
    internal static string? Reason(string name)
    {
        if (WithoutUse.TryGetValue(name, out var reason))
            return reason;
        return OtherFamilies.Any(family => name == family || (family.Length > 3 && name.StartsWith(family, StringComparison.Ordinal))) ? OtherFamily : null;
    }
}
