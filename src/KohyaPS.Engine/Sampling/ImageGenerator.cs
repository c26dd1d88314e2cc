using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Diffusion.Samplers;
using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Sampling;

/// <summary>Draws pictures with a model and optionally a LoRA: DDIM with classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598).</summary>
internal sealed class ImageGenerator : IDisposable
{
    private readonly LoadedModels models;
    private readonly AttachedNetwork? network;
    private readonly NoiseSchedule schedule;
    private readonly Device device;

    /// <summary>Loads model and LoRA.</summary>
    /// <exception cref="CheckpointFormatException">A file is not what it should be, or the LoRA is of another model family.</exception>
    public ImageGenerator(GenerationRequest request)
    {
        device = TorchRuntime.Start().Device.Device;
        schedule = new(device: device);
        var config = new LoraConfig { Model = new() { PretrainedModelNameOrPath = request.Model } };
        try
        {
            models = LoadedModels.Load(config, float32, device, _ => { });
            if (request.Lora is { } lora)
                network = Attach(lora, request.Multiplier);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Draws one picture.</summary>
    /// <param name="request">Size, steps, guidance.</param>
    /// <param name="prompt">What to draw.</param>
    /// <param name="seed">Seed of the first noise.</param>
    /// <param name="stop">Ends the work between two steps.</param>
    /// <returns>The picture; the caller owns it.</returns>
    public PixelBuffer Draw(GenerationRequest request, string prompt, long seed, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var noise = GaussianNoise.Draw((ulong)seed, [1, 4, request.Height / 8, request.Width / 8]);
        return Draw(request, prompt, noise, stop);
    }

    /// <summary>Draws one picture from given noise [1, 4, h, w].</summary>
    /// <inheritdoc cref="Draw(GenerationRequest, string, long, CancellationToken)"/>
    public PixelBuffer Draw(GenerationRequest request, string prompt, Tensor noise, CancellationToken stop)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var both = Encode([request.NegativePrompt, prompt], request.ClipSkip);         // [2, L, C], [2, P], unconditional first
        // As the schedulers of the models' own folders have it, the last step goes to the noise of timestep 0.
        var sampler = new DdimSampler(schedule, request.Steps, new() { EndsWithoutNoise = false, Prediction = models.Prediction });
        var (first, count) = Guidance.IsActive(request.GuidanceScale) ? (0, 2) : (1, 1);
        var states = both.States.narrow(0, first, count);
        // Nothing is cut off: the picture is drawn as if the original had its size.
        var size = HostTransfer.To(tensor(new float[] { request.Height, request.Width, 0, 0, request.Height, request.Width }), device);
        var added = both.Pooled is { } pooled ? new AddedConditions(pooled.narrow(0, first, count), size.expand(count, -1)) : null;
        var model = Guidance.Model((x, timesteps) => models.Unet.Predict(x, timesteps, states, added).to(float32), request.GuidanceScale);
        var latents = sampler.Run(HostTransfer.To(noise, device), new(model) { Cancellation = stop });
        return ToPicture(models.Vae!.Decode(latents / models.ScalingFactor));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        network?.Dispose();
        schedule.Dispose();
        models?.Dispose();   // null where they could not be loaded
    }

    private TextConditions Encode(string[] prompts, int clipSkip)
    {
        using var scope = NewDisposeScope();
        return (models.Tokenizers.Count == 1 ? EncodeWhole(prompts, clipSkip) : EncodeAsTrained(prompts, clipSkip)).MoveToOuterDisposeScope();
    }

    private TextConditions EncodeWhole(string[] prompts, int clipSkip)
    {
        var tokenizer = models.Tokenizers[0];
        // Prompt and negative prompt need as many rows as the longer of them.
        var count = WholeChunks.Count(tokenizer, prompts);
        var rows = prompts.Select(prompt => WholeChunks.Rows(tokenizer, prompt, count)).ToList();
        var ids = stack([.. rows.Select(r => stack([.. r.Select(row => tensor(row.Ids, dtype: int64))]))]);         // [2, n, 77]
        var weights = stack([.. rows.Select(r => stack([.. r.Select(row => tensor(row.Weights))]))]);
        return new(WholeChunkConditioning.Encode(models.TextEncoders!.All[0], HostTransfer.To(ids, device), HostTransfer.To(weights, device), clipSkip), null);
    }

    // SDXL's prompts are read as its captions are.
    private TextConditions EncodeAsTrained(string[] prompts, int clipSkip)
    {
        var length = prompts.Max(p => models.Tokenizers[0].Encode(p).Length) <= TokenChunks.TokensPerChunk ? TokenChunks.TokensPerChunk : 3 * TokenChunks.TokensPerChunk;
        var ids = models.Tokenizers.Select(t => HostTransfer.To(stack([.. prompts.Select(p => stack([.. t.EncodeChunks(p, length).Select(c => tensor(c, dtype: int64))]))]), device)).ToList();
        return models.TextEncoders!.Encode(ids, models.EndToken, clipSkip);
    }

    private AttachedNetwork Attach(string path, double multiplier)
    {
        var tensors = TensorFile.Read(path);
        try
        {
            var settings = new NetworkSettings();
            var plan = NetworkPlan.FromRanks(settings, new OptimizerSettings(), models.Targets(), FileRanks.Of(tensors.ToDictionary(t => t.Key, t => t.Value.shape), name => tensors[name].to(float64).item<double>()));
            if (plan.Adapters.Count == 0)
                throw new CheckpointFormatException($"'{path}' holds no LoRA for this model: none of its {tensors.Count} tensors names one of the model's layers. Give a LoRA of the same model family.");
            var attached = AttachedNetwork.Attach(plan, settings, seed: 0, device: device);
            attached.IsTraining = false;
            attached.Multiplier = multiplier;
            attached.Load(tensors);
            return attached;
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    private static PixelBuffer ToPicture(Tensor decoded)
    {
        using var scope = NewDisposeScope();
        // (y + 1) 127.5, rounded.
        var levels = decoded.select(0, 0).to(float32).add(1).mul(127.5).round().clamp(0, 255).to(ScalarType.Byte).permute(1, 2, 0).contiguous().cpu();     // [H, W, 3]
        var picture = new PixelBuffer((int)levels.size(1), (int)levels.size(0), 3);
        levels.bytes.CopyTo(picture.Pixels);
        return picture;
    }
}
