using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>The metadata of a kohya LoRA file: ss_* say how it was trained, modelspec.* what it is. All values are text as Python prints it.</summary>
internal static class NetworkMetadata
{
    // Kept also when no metadata are wanted: without them no program can use the file.
    private static readonly string[] Needed =
        ["ss_v2", "ss_base_model_version", "ss_network_module", "ss_network_dim", "ss_network_alpha", "ss_network_args"];

    /// <summary>Everything but the hashes of the weights, which the writer of the file adds.</summary>
    public static IReadOnlyDictionary<string, string> Build(TrainingRecord record)
    {
        var all = Run(record)
            .Concat(Rates(record.Config))
            .Concat(Network(record.Config))
            .Concat(Objective(record.Config))
            .Concat(Mechanics(record))
            .Concat(Files(record.Sources))
            .Concat(DatasetMetadata.Of(record))
            .Select(entry => KeyValuePair.Create("ss_" + entry.Key, PythonText.Of(entry.Value)));
        if (record.Config.Metadata.NoMetadata)
            all = all.Where(entry => Needed.Contains(entry.Key));
        return all.Concat(ModelSpecification.Of(record)).ToDictionary();
    }

    private static IEnumerable<KeyValuePair<string, object?>> Run(TrainingRecord record) =>
    [
        new("session_id", record.SessionId),
        new("training_started_at", record.StartedAt),
        new("training_finished_at", record.FinishedSeconds),
        new("output_name", record.Config.Folders.OutputName),
        new("training_comment", record.Config.Metadata.TrainingComment),
        new("sd_scripts_commit_hash", "(unknown)"),
        new("num_epochs", record.Length.Epochs),
        new("epoch", record.Epoch),
        new("max_train_steps", record.Length.TotalSteps),
        new("steps", record.Step),
        new("seed", record.Seed),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Rates(LoraConfig config) =>
    [
        new("learning_rate", config.Optimizer.IsRelativeStep ? null : config.Optimizer.LearningRate),
        new("text_encoder_lr", config.Optimizer.IsRelativeStep ? null : config.Optimizer.TextEncoderLr),
        new("unet_lr", config.Optimizer.IsRelativeStep ? null : config.Optimizer.UnetLr),
        new("optimizer", OptimizerText.Of(config.Optimizer)),
        new("max_grad_norm", config.Optimizer.MaxGradNorm),
        new("lr_scheduler", OptimizerText.Schedule(config)),
        new("lr_warmup_steps", config.Schedule.EffectiveWarmup switch { { IsShare: true } share => share.Value, var steps => (object)(long)steps.Value }),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Network(LoraConfig config)
    {
        var network = config.Network;
        yield return new("network_module", network.NetworkModule);
        yield return new("network_dim", network.NetworkDim);
        // The trainer's own default is the whole number 1; every other alpha is a fraction.
        yield return new("network_alpha", network.NetworkAlpha == 1 ? (object)1 : network.NetworkAlpha);
        yield return new("network_dropout", network.NetworkDropout);
        yield return new("scale_weight_norms", network.ScaleWeightNorms);
        var arguments = TrainerTomlWriter.Arguments(config)
            .Select(argument => argument.Split('=', 2))
            .ToDictionary(argument => argument[0], argument => (object?)argument[1]);
        if (arguments.Count == 0)
            yield break;
        arguments["dropout"] = network.NetworkDropout;
        yield return new("network_args", PythonJson.Write(arguments));
    }

    private static IEnumerable<KeyValuePair<string, object?>> Objective(LoraConfig config) =>
    [
        new("prior_loss_weight", config.Objective.PriorLossWeight),
        new("min_snr_gamma", config.Objective.MinSnrGamma),
        new("debiased_estimation", config.Objective.DebiasedEstimationLoss),
        new("loss_type", config.Objective.LossType),
        new("huber_schedule", config.Objective.HuberSchedule),
        new("huber_scale", config.Objective.HuberScale),
        new("huber_c", config.Objective.HuberC),
        new("noise_offset", config.Noise.NoiseOffset),
        new("noise_offset_random_strength", config.Noise.NoiseOffsetRandomStrength),
        new("adaptive_noise_scale", config.Noise.AdaptiveNoiseScale),
        new("multires_noise_iterations", config.Noise.MultiresNoiseIterations),
        new("multires_noise_discount", config.Noise.MultiresNoiseDiscount),
        new("ip_noise_gamma", config.Noise.IpNoiseGamma),
        new("ip_noise_gamma_random_strength", config.Noise.IpNoiseGammaRandomStrength),
        new("zero_terminal_snr", config.Noise.ZeroTerminalSnr),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Mechanics(TrainingRecord record)
    {
        var config = record.Config;
        yield return new("v2", config.Model.V2);
        yield return new("base_model_version", ModelSpecification.BaseModelVersion(config.Model));
        yield return new("clip_skip", config.Training.ClipSkip);
        yield return new("max_token_length", config.Captions.MaxTokenLength == 75 ? null : config.Captions.MaxTokenLength);
        yield return new("cache_latents", config.Caching.CacheLatents);
        yield return new("gradient_checkpointing", config.Training.GradientCheckpointing);
        yield return new("gradient_accumulation_steps", config.Training.GradientAccumulationSteps);
        yield return new("mixed_precision", record.ComputedIn);
        if (config.Runtime.MixedPrecision != MixedPrecision.Auto && config.Runtime.MixedPrecision != record.ComputedIn)
            yield return new("mixed_precision_requested", config.Runtime.MixedPrecision);
        yield return new("full_fp16", config.Runtime.FullFp16);
        yield return new("fp8_base", false);
        yield return new("fp8_base_unet", false);
        yield return new("lowram", config.Runtime.Lowram);
        yield return new("validation_split", config.Validation.ValidationSplit);
        yield return new("validation_seed", config.Validation.ValidationSeed);
        yield return new("max_validation_steps", config.Validation.MaxValidationSteps);
        yield return new("validate_every_n_epochs", config.Validation.ValidateEveryNEpochs);
        yield return new("validate_every_n_steps", config.Validation.ValidateEveryNSteps);
    }

    private static IEnumerable<KeyValuePair<string, object?>> Files(TrainingSources sources)
    {
        foreach (var (part, file) in new[] { ("sd_model", sources.Model), ("vae", sources.Vae) })
        {
            if (file is null)
                continue;
            yield return new(part + "_name", file.Name);
            if (file.NewHash is null)
                continue;
            yield return new(part + "_hash", file.OldHash);
            yield return new($"new_{part}_hash", file.NewHash);
        }
    }
}
