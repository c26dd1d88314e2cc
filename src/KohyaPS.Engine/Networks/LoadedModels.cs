using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Structure;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>The frozen models that a network is attached to, in a training or for drawing: each can leave memory once it is no longer needed.</summary>
internal sealed class LoadedModels : IDisposable
{
    private readonly LoraConfig config;
    private readonly ScalarType dtype;
    private readonly Device device;
    private BaseNetworks? bases;
    private Unet? unet;

    private LoadedModels(Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress)
    {
        Family = checkpoint.Family;
        Prediction = checkpoint.Detection.Prediction == ModelPrediction.V ? PredictionType.Velocity : PredictionType.Epsilon;
        (this.config, this.dtype, this.device) = (config, dtype, device);
        try
        {
            bases = BaseNetworks.Open(config);
            Vae = ReadVae(checkpoint, progress);
        }
        catch
        {
            Dispose();
            throw;
        }
        ScalingFactor = Vae?.Config.ScalingFactor ?? VaeStructure.ScalingFactor(Family);
    }

    /// <summary>The kind of model.</summary>
    public ModelFamily Family { get; }

    /// <summary>The model that predicts; not there before <see cref="LoadUnet"/>.</summary>
    public Unet Unet => unet ?? throw new InvalidOperationException("The U-Net is not loaded yet.");

    /// <summary>The text encoders; null before <see cref="LoadTextEncoders"/> and after <see cref="ReleaseTextEncoders"/>.</summary>
    public TextEncoders? TextEncoders { get; private set; }

    /// <summary>The autoencoder; null after <see cref="ReleaseVae"/>.</summary>
    public Vae? Vae { get; private set; }

    /// <summary>Split captions, one for each text encoder; none before <see cref="LoadTextEncoders"/>.</summary>
    public IReadOnlyList<ClipTokenizer> Tokenizers { get; private set; } = [];

    /// <summary>Id of the token that ends a text.</summary>
    public long EndToken => Tokenizers[^1].Specials.End;

    /// <summary>What the U-Net was made to predict, as far as its files tell.</summary>
    public PredictionType Prediction { get; }

    /// <summary>Whether the U-Net is told the sizes of pictures.</summary>
    public bool TakesSizes => Unet.TakesSizes;

    /// <summary>What of BaseWeights found no layer in the models, for the user.</summary>
    public IReadOnlyList<string> Misfits { get; private set; } = [];

    /// <summary>Latents of the U-Net = encoded latents times this.</summary>
    public double ScalingFactor { get; }

    /// <summary>Loads the models of a configuration.</summary>
    /// <param name="config">Names the model, and optionally another VAE.</param>
    /// <param name="dtype">Compute type of U-Net and text encoder.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <exception cref="CheckpointFormatException">A file is not the model it should be.</exception>
    public static LoadedModels Load(LoraConfig config, ScalarType dtype, Device device, Action<string> progress)
    {
        using var checkpoint = Checkpoint.Open(config.Resolve(config.Model.PretrainedModelNameOrPath)!);
        return Load(checkpoint, config, dtype, device, progress);
    }

    /// <summary>Loads the models of an opened checkpoint.</summary>
    /// <param name="checkpoint">The base model.</param>
    /// <param name="config">Names the tokenizer, and optionally another VAE.</param>
    /// <param name="dtype">Compute type of U-Net and text encoders.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <param name="tokenizers">Split captions; null takes those that the configuration names, else the model's own.</param>
    /// <exception cref="CheckpointFormatException">A file is not the model it should be.</exception>
    public static LoadedModels Load(
        Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress, IReadOnlyList<ClipTokenizer>? tokenizers = null)
    {
        var models = LoadVae(checkpoint, config, dtype, device, progress);
        try
        {
            models.LoadTextEncoders(checkpoint, progress, tokenizers);
            models.LoadUnet(checkpoint, progress);
            return models;
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <summary>Loads the VAE alone: what a model encodes can be kept, and its memory be free, before the next one comes.</summary>
    /// <param name="checkpoint">The base model.</param>
    /// <param name="config">Names the tokenizer, and optionally another VAE.</param>
    /// <param name="dtype">Compute type of U-Net and text encoders.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <exception cref="CheckpointFormatException">A file is not the model it should be.</exception>
    public static LoadedModels LoadVae(Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress) =>
        new(checkpoint, config, dtype, device, progress);

    /// <summary>Loads the text encoders.</summary>
    /// <param name="checkpoint">The base model.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <param name="tokenizers">Split captions; null takes those that the configuration names, else the model's own.</param>
    /// <exception cref="CheckpointFormatException">They are not what they should be.</exception>
    public void LoadTextEncoders(Checkpoint checkpoint, Action<string> progress, IReadOnlyList<ClipTokenizer>? tokenizers = null)
    {
        var parts = ModelParts.TextEncoders(Family);
        progress(parts.Count == 1 ? "loading the text encoder" : "loading the text encoders");
        var encoders = new List<ClipTextEncoder>();
        using var giving = WhilePacking();
        try
        {
            foreach (var part in parts)
                encoders.Add(TextEncoder(checkpoint, part));
        }
        catch
        {
            encoders.ForEach(encoder => encoder.Dispose());
            throw;
        }
        TextEncoders = new(encoders[0], encoders.ElementAtOrDefault(1)) { UseCheckpointing = config.Training.GradientCheckpointing };
        Tokenizers = tokenizers ?? ChooseTokenizers(Family, config, TextEncoders);
    }

    /// <summary>Loads the model that predicts.</summary>
    /// <param name="checkpoint">The base model.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <exception cref="CheckpointFormatException">It is not the model it should be.</exception>
    public void LoadUnet(Checkpoint checkpoint, Action<string> progress)
    {
        progress("loading the U-Net");
        using var giving = WhilePacking();
        var part = checkpoint[ModelPart.Unet];
        var isPeers = config.Runtime.Compatibility == Compatibility.Kohya2188 && Family == ModelFamily.Sdxl;
        unet = new Unet(Weights(part), UnetConfig.Read(part.Config) with { TimestepFrequencyShift = isPeers ? 1 : 0 });
        unet.Options.UseCheckpointing = config.Training.GradientCheckpointing;
        Misfits = bases?.Misfits() ?? [];
        bases?.Dispose();
        bases = null;
    }

    /// <summary>The layers that a network can be attached to: the text encoders', then the U-Net's.</summary>
    public IReadOnlyList<TargetLayer> Targets()
    {
        var names = new LayerNames(Family, Unet.AdaptableLayers().Select(l => l.Path));
        var parts = ModelParts.TextEncoders(Family).Zip<ModelPart, Block>(TextEncoders?.All ?? []).Append((ModelPart.Unet, Unet));
        return [.. parts.SelectMany(part => part.Second.AdaptableLayers().Where(l => l.Container != BlockKind.Other)
            .Select(l => TargetLayer.Of(names.PartOf(part.First), l.Layer, names.PathOf(part.First, l.Path))))];
    }

    /// <summary>Frees the autoencoder.</summary>
    public void ReleaseVae()
    {
        Vae?.Dispose();
        Vae = null;
    }

    /// <summary>Frees the text encoders.</summary>
    public void ReleaseTextEncoders()
    {
        TextEncoders?.Dispose();
        TextEncoders = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseVae();
        ReleaseTextEncoders();
        unet?.Dispose();
        bases?.Dispose();
    }

    private bool PacksWeights => config.Runtime.BaseStorage == BaseStorage.Int8;

    private WeightSource Weights(CheckpointPart part) => new(bases?.Over(Family, part) ?? part.Tensors, dtype, device, packsWeights: PacksWeights);

    // Weights that are not packed come straight from the file, without temporaries.
    private IDisposable? WhilePacking() => PacksWeights ? Allocator.GiveBackFreed() : null;

    private ClipTextEncoder TextEncoder(Checkpoint checkpoint, ModelPart part)
    {
        var text = checkpoint[part];
        var isPeers = config.Runtime.Compatibility == Compatibility.Kohya2188 && !checkpoint.IsFolder && part == ModelPart.TextEncoder2;
        return new(Weights(text), ClipConfig.Read(text.Config) with { TurnsProjection = isPeers });
    }

    private static IReadOnlyList<ClipTokenizer> ChooseTokenizers(ModelFamily family, LoraConfig config, TextEncoders encoders)
    {
        var tokenizers = TokenizerFolder.Choose(family, config.Resolve(config.Model.TokenizerPath), config.Resolve(config.Model.PretrainedModelNameOrPath));
        for (var i = 0; i < tokenizers.Count; i++)
        {
            var rows = encoders.All[i].VocabularySize;
            // A tokenizer of its own may have more tokens than the text encoder has rows; the built-in one is what such models are made with, small recorded ones included.
            if (!ReferenceEquals(tokenizers[i], ClipTokenizer.BuiltIn(family)[i]) && tokenizers[i].LargestId >= rows)
                throw new CheckpointFormatException(
                    $"The tokenizer knows ids up to {tokenizers[i].LargestId}, the text encoder has rows for {rows}. Set TokenizerPath to the tokenizer folder that belongs to the model.");
        }
        return tokenizers;
    }

    // The recorded models are folders without a VAE, whose latents are recorded too. Whoever has pictures to encode asks for one.
    private Vae? ReadVae(Checkpoint checkpoint, Action<string> progress)
    {
        if (config.Resolve(config.Model.Vae) is { } other)
        {
            progress("loading the VAE");
            using var file = ExternalVae.Open(other, checkpoint.Family);
            return Read(file.Part);
        }
        if (checkpoint.Find(ModelPart.Vae) is null && checkpoint.IsFolder && !config.Caching.KeepsLatents)
            return null;
        progress("loading the VAE");
        return Read(checkpoint[ModelPart.Vae]);

        Vae Read(CheckpointPart vae) =>
            new(new WeightSource(vae.Tensors, config.Model.NoHalfVae ? float32 : dtype, device), VaeConfig.Read(vae.Config));
    }
}
