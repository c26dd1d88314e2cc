using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Training.Planning;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>The values that a U-Net keeps, counted by hand for one with a ResBlock and a transformer on each of two levels.</summary>
public class ActivationForecastTests
{
    private const int Heads = 2;

    private static readonly Shapes unet = new(new()
    {
        ["down_blocks.0.resnets.0.conv1.weight"] = [8, 4, 3, 3],
        ["down_blocks.0.resnets.0.conv_shortcut.weight"] = [8, 4, 1, 1],
        ["down_blocks.0.attentions.0.proj_in.weight"] = [8, 8, 1, 1],
        ["down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight"] = [8, 8],
        ["down_blocks.1.resnets.0.conv1.weight"] = [16, 8, 3, 3],
        ["down_blocks.1.attentions.0.proj_in.weight"] = [16, 16],
        ["down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight"] = [16, 16],
    });

    // 20 x 20 pixels, then 10 x 10; norms, activations and convolutions keep 3 of the input and 3 of the output, a shortcut its input.
    private const long FineResBlock = 400 * (3 * 4 + 3 * 8 + 4);
    private const long CoarseResBlock = 100 * (3 * 8 + 3 * 16);

    // 3 at the ends, 31 in the block; probabilities of 77 text keys, and of the image's own where they are at most 256.
    private const long FineTransformer = 400 * (34 * 8 + Heads * 77);
    private const long CoarseTransformer = 100 * (34 * 16 + Heads * (77 + 100));

    [Fact]
    public void Every_block_is_counted_at_its_own_size() =>
        Assert.Equal(FineResBlock + CoarseResBlock + FineTransformer + CoarseTransformer, Of(unet).Values(20, 20));

    [Fact]
    public void With_checkpointing_boundaries_and_the_largest_segment_stay() =>
        Assert.Equal(400 * 4 + 400 * 8 + 100 * 8 + 100 * 16 + FineTransformer, Of(unet).CheckpointedValues(20, 20));

    [Fact]
    public void With_checkpointing_a_deep_transformer_keeps_one_block_at_a_time()
    {
        var deep = new Shapes(new()
        {
            ["mid_block.attentions.0.proj_in.weight"] = [8, 8],
            ["mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight"] = [8, 8],
            ["mid_block.attentions.0.transformer_blocks.1.attn1.to_q.weight"] = [8, 8],
        });
        Assert.Equal(2 * 400 * 8 + FineTransformer, Of(deep).CheckpointedValues(20, 20));
    }

    [Fact]
    public void Odd_sizes_round_up_on_the_way_down()
    {
        var forecast = Of(unet);
        Assert.Equal(forecast.Values(20, 20) - FineResBlock - FineTransformer, forecast.Values(19, 19) - (FineResBlock + FineTransformer) / 400 * 361);
    }

    private static ActivationForecast Of(Shapes shapes) => new(shapes, shapes.Names, _ => Heads);

    private sealed class Shapes(Dictionary<string, long[]> shapes) : ITensorStore
    {
        public IReadOnlyCollection<string> Names => shapes.Keys;

        public bool Contains(string name) => shapes.ContainsKey(name);

        public long[] Shape(string name) => shapes[name];

        public Tensor Read(string name) => throw new InvalidOperationException("A forecast reads no tensor.");
    }
}
