using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Structure;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>The frozen models that a network is attached to, in a training or for drawing: each can leave memory once it is no longer needed.</summary>
internal sealed class LoadedModels : IDisposable
{
    private readonly ModelFamily family;
    private readonly LoraConfig config;
    private readonly ScalarType dtype;
    private readonly Device device;
    private BaseNetworks? bases;
    private Unet? unet;

    private LoadedModels(Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, BaseNetworks? bases, TextEncoders textEncoders, Vae? vae, IReadOnlyList<ClipTokenizer> tokenizers)
    {
        family = checkpoint.Family;
        Prediction = checkpoint.Detection.Prediction == ModelPrediction.V ? PredictionType.Velocity : PredictionType.Epsilon;
        (this.config, this.dtype, this.device, this.bases) = (config, dtype, device, bases);
        TextEncoders = textEncoders;
        Vae = vae;
        Tokenizers = tokenizers;
        ScalingFactor = vae?.Config.ScalingFactor ?? VaeStructure.ScalingFactor(family);
    }

    /// <summary>The model that predicts; not there before <see cref="LoadUnet"/>.</summary>
    public Unet Unet => unet ?? throw new InvalidOperationException("The U-Net is not loaded yet.");

    /// <summary>The text encoders; null after <see cref="ReleaseTextEncoders"/>.</summary>
    public TextEncoders? TextEncoders { get; private set; }

    /// <summary>The autoencoder; null after <see cref="ReleaseVae"/>.</summary>
    public Vae? Vae { get; private set; }

    /// <summary>Split captions, one for each text encoder.</summary>
    public IReadOnlyList<ClipTokenizer> Tokenizers { get; }

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
        var models = LoadEncoders(checkpoint, config, dtype, device, progress, tokenizers);
        try
        {
            models.LoadUnet(checkpoint, progress);
            return models;
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <summary>Loads the text encoders and the VAE: what they encode can be kept and their memory be free before the U-Net comes.</summary>
    /// <inheritdoc cref="Load(Checkpoint, LoraConfig, ScalarType, Device, Action{string}, IReadOnlyList{ClipTokenizer})"/>
    public static LoadedModels LoadEncoders(
        Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress, IReadOnlyList<ClipTokenizer>? tokenizers = null)
    {
        var parts = ModelParts.TextEncoders(checkpoint.Family);
        progress(parts.Count == 1 ? "loading the text encoder" : "loading the text encoders");
        var bases = BaseNetworks.Open(config);
        var encoders = new List<ClipTextEncoder>();
        Vae? vae = null;
        try
        {
            foreach (var part in parts)
                encoders.Add(TextEncoder(checkpoint, part, config, dtype, device, bases));
            var loadedText = new TextEncoders(encoders[0], encoders.ElementAtOrDefault(1)) { UseCheckpointing = config.Training.GradientCheckpointing };
            vae = LoadVae(checkpoint, config, dtype, device, progress);
            return new(checkpoint, config, dtype, device, bases, loadedText, vae, tokenizers ?? ChooseTokenizers(checkpoint.Family, config, loadedText));
        }
        catch
        {
            vae?.Dispose();
            encoders.ForEach(encoder => encoder.Dispose());
            bases?.Dispose();
            throw;
        }
    }

    /// <summary>Loads the model that predicts.</summary>
    /// <param name="checkpoint">The base model.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <exception cref="CheckpointFormatException">It is not the model it should be.</exception>
    public void LoadUnet(Checkpoint checkpoint, Action<string> progress)
    {
        progress("loading the U-Net");
        var part = checkpoint[ModelPart.Unet];
        unet = new Unet(Weights(family, part, config, dtype, device, bases), UnetConfig.Read(part.Config));
        unet.Options.UseCheckpointing = config.Training.GradientCheckpointing;
        Misfits = bases?.Misfits() ?? [];
        bases?.Dispose();
        bases = null;
    }

    /// <summary>The layers that a network can be attached to: the text encoders', then the U-Net's.</summary>
    public IReadOnlyList<TargetLayer> Targets()
    {
        var names = new LayerNames(family, Unet.AdaptableLayers().Select(l => l.Path));
        var parts = ModelParts.TextEncoders(family).Zip<ModelPart, Block>(TextEncoders?.All ?? []).Append((ModelPart.Unet, Unet));
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

    private static WeightSource Weights(ModelFamily family, CheckpointPart part, LoraConfig config, ScalarType dtype, Device device, BaseNetworks? bases) =>
        new(bases?.Over(family, part) ?? part.Tensors, dtype, device, packsMatrices: config.Runtime.BaseStorage == BaseStorage.Int8);

    private static ClipTextEncoder TextEncoder(Checkpoint checkpoint, ModelPart part, LoraConfig config, ScalarType dtype, Device device, BaseNetworks? bases)
    {
        var text = checkpoint[part];
        var isPeers = config.Runtime.Compatibility == Compatibility.Kohya2188 && !checkpoint.IsFolder && part == ModelPart.TextEncoder2;
        return new(Weights(checkpoint.Family, text, config, dtype, device, bases), ClipConfig.Read(text.Config) with { TurnsProjection = isPeers });
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
    private static Vae? LoadVae(Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress)
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
