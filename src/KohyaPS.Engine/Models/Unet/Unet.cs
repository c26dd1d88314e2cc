using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>
/// The denoising U-Net of Stable Diffusion 1, 2 and XL (Rombach et al. 2022, arXiv 2112.10752): predicts the noise, or v, in noisy latents.
/// </summary>
internal sealed class Unet : Block
{
    private readonly Conv2d convIn;
    private readonly EmbeddingMlp timeEmbedding;
    private readonly EmbeddingMlp? addedEmbedding;
    private readonly List<DownBlock> downBlocks = [];
    private readonly List<UpBlock> upBlocks = [];
    private readonly MidBlock midBlock;
    private readonly GroupNorm normOut;
    private readonly Conv2d convOut;
    private readonly UnetConfig config;
    private readonly int timeWidth;

    /// <param name="weights">The U-Net's tensors under their diffusers names, read in the compute type.</param>
    /// <param name="config">What the tensors do not tell.</param>
    public Unet(WeightSource weights, UnetConfig config)
        : base(weights.Path)
    {
        this.config = config;
        convIn = Add(new Conv2d(weights.At("conv_in").Exact));
        timeWidth = (int)weights.Shape("time_embedding.linear_1.weight")[1];
        timeEmbedding = Add(new EmbeddingMlp(weights.At("time_embedding").Exact));
        addedEmbedding = weights.HasBelow("add_embedding") ? Add(new EmbeddingMlp(weights.At("add_embedding").Exact)) : null;
        var levels = Enumerable.Range(0, int.MaxValue).First(i => !weights.HasBelow($"down_blocks.{i}"));
        for (var i = 0; i < levels; i++)
            downBlocks.Add(Add(new DownBlock(weights.At($"down_blocks.{i}"), config.HeadsAt(i), config, Options)));
        for (var i = 0; i < levels; i++)
            upBlocks.Add(Add(new UpBlock(weights.At($"up_blocks.{i}"), config.HeadsAt(levels - 1 - i), config, Options)));
        midBlock = Add(new MidBlock(weights.At("mid_block"), config.HeadsAt(levels - 1), config, Options));
        normOut = Add(new GroupNorm(weights.At("conv_norm_out"), config.NormGroups, config.NormEpsilon));
        convOut = Add(new Conv2d(weights.At("conv_out").Exact));
    }

    /// <summary>Checkpointing and attention algorithm; may change between calls.</summary>
    public ForwardOptions Options { get; } = new();

    /// <summary>The compute type: that of the weights.</summary>
    public ScalarType DType => convIn.Weight.dtype;

    /// <summary>Where the weights are, and the inputs must be.</summary>
    public Device Device => convIn.Weight.device;

    /// <summary>Whether it is told the pooled text and the sizes of pictures.</summary>
    public bool TakesSizes => addedEmbedding is not null;

    /// <param name="latents">[B, 4, h, w] noisy latents of any float type and any size.</param>
    /// <param name="timesteps">[B] or [1], whole or fractional.</param>
    /// <param name="context">[B, L, Cctx] text states of any float type.</param>
    /// <param name="added">Pooled text and sizes, for a U-Net that has an embedding for them.</param>
    /// <returns>[B, 4, h, w] the prediction, in the compute type.</returns>
    public Tensor Predict(Tensor latents, Tensor timesteps, Tensor context, AddedConditions? added = null)
    {
        using var scope = NewDisposeScope();
        var embedding = Embed(latents.size(0), timesteps, added);
        var conditions = new Conditions(nn.functional.silu(embedding), context.to(DType));
        var skips = new Stack<Tensor>();
        var x = Segment.Entrance(Options, convIn.Forward(latents.to(DType)));
        skips.Push(x);
        foreach (var block in downBlocks)
            x = block.Forward(x, conditions, skips);
        x = midBlock.Forward(x, conditions);
        foreach (var block in upBlocks)
            x = block.Forward(x, conditions, skips);
        return Observed("sample", convOut.Forward(nn.functional.silu(normOut.Forward(x)))).MoveToOuterDisposeScope();
    }

    private Tensor Embed(long batch, Tensor timesteps, AddedConditions? added)
    {
        var times = timesteps.flatten().expand(batch);
        var embedding = timeEmbedding.Forward(Observed("time_proj", SinusoidalEmbedding.Of(times, timeWidth, config.TimestepFrequencyShift)));
        if (addedEmbedding is null)
            return embedding;
        if (added is null || config.SizeEmbeddingWidth is not { } width)
            throw new ArgumentException("This U-Net is conditioned on pooled text and sizes; give both.", nameof(added));
        var sizes = Observed("add_time_proj", SinusoidalEmbedding.Of(added.Sizes.flatten(), width));     // [6 B, width]
        var vector = cat([added.Pooled.to(float32), sizes.reshape(batch, -1)], 1);
        return Observed("emb", embedding + addedEmbedding.Forward(vector));
    }
}
