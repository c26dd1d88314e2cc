using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Networks;

/// <summary>The numbers of the peer are golden cases (family network-tools); here are the promises to users.</summary>
public sealed class LoraMergeTests : IDisposable
{
    private const string Module = "lora_unet_mid_block_attentions_0_proj_in";
    private readonly string scratch = Directory.CreateTempSubdirectory("kohyaps-loras-").FullName;

    [Fact]
    public void The_exact_merge_adds_the_changes_up_with_their_signs()
    {
        using var scope = NewDisposeScope();
        string a = Write("a", rank: 2, alpha: 1), b = Write("b", rank: 3, alpha: 6);
        var merged = Merge([new(a, 0.5), new(b, -2)], LoraMergeMethod.Exact);
        Assert.Equal(5, merged.Dim);
        AssertClose((0.5 * Change(a)) - (2 * Change(b)), Change(merged.Path));
    }

    [Fact]
    public void Singular_values_find_the_sum_again_when_the_rank_allows_it()
    {
        using var scope = NewDisposeScope();
        string a = Write("a", rank: 2, alpha: 1), b = Write("b", rank: 3, alpha: 6);
        AssertClose(Change(a) + Change(b), Change(Merge([new(a, 1), new(b, 1)], LoraMergeMethod.Svd).Path));
    }

    [Fact]
    public void Shuffling_changes_the_matrices_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        var a = Write("a", rank: 3, alpha: 1);
        var request = new LoraMergeRequest([new(a, 1)], Path.Combine(scratch, "shuffled.safetensors")) { Shuffles = true, Permutation = (_, _) => [2, 0, 1] };
        LoraMerge.Run(request, TestContext.Current.CancellationToken);
        AssertClose(Change(a), Change(request.Destination));
        Assert.NotEqual(Down(a), Down(request.Destination));
    }

    [Fact]
    public void Adding_matrices_of_different_ranks_is_refused_with_the_way_out()
    {
        string a = Write("a", rank: 2, alpha: 1), b = Write("b", rank: 3, alpha: 1);
        var refusal = Assert.Throws<CheckpointFormatException>(() => Merge([new(a, 1), new(b, 1)], LoraMergeMethod.Sum));
        Assert.Contains("-Method Exact", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(scratch, "merged.safetensors")));
    }

    [Theory]
    [InlineData(".ckpt")]
    [InlineData(".pt")]
    public void A_network_saved_for_pytorch_is_read_and_merged_like_any_other(string extension)
    {
        using var scope = NewDisposeScope();
        var a = Write("a", rank: 2, alpha: 1);
        var pickle = Path.Combine(scratch, "a" + extension);
        NetworkWriter.Write(pickle, [.. TensorFile.Read(a).Select(t => (t.Key, t.Value))], new Dictionary<string, string>(), SavePrecision.Float);
        Assert.Equal((byte)'P', File.ReadAllBytes(pickle)[0]);
        Assert.Equal(2, LoraNetworkReader.Read(pickle).Dim);
        AssertClose(Change(a), Change(Merge([new(pickle, 1)], LoraMergeMethod.Exact).Path));
    }

    [Theory]
    [InlineData("lora_unet_input_blocks_4_1_proj_in")]
    [InlineData("lora_unet_down_blocks_1_attentions_0_proj_in")]
    public void A_block_weight_counts_whatever_SDXLs_layers_are_called(string module) =>
        Assert.Equal(0.5, new BlockFactors([1, 0.5, .. Enumerable.Repeat(1.0, 10)]).Of(module, isOriginal: true));

    [Fact]
    public void A_file_that_holds_a_matrix_under_two_names_is_refused()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(scratch, "twice.safetensors");
        TensorFile.Save(path, new Dictionary<string, Tensor> { [$"{Module}.lora_down.weight"] = ones(1, 1), [$"{Module}.lora_A.weight"] = ones(1, 1), [$"{Module}.lora_up.weight"] = ones(1, 1) });
        Assert.Contains("twice", Assert.Throws<CheckpointFormatException>(() => StoredNetwork.Open(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private static Tensor Change(string path)
    {
        using var network = StoredNetwork.Open(path);
        var module = network.LoraModules.Single();
        return module.Product(ScalarType.Float64) * module.Scale;
    }

    private static float[] Down(string path)
    {
        using var network = StoredNetwork.Open(path);
        return network.LoraModules.Single().Down.to(ScalarType.Float32).data<float>().ToArray();
    }

    // float32 keeps 7 digits of numbers of about 10.
    private static void AssertClose(Tensor want, Tensor got) => Assert.True((want - got).abs().max().ToDouble() < 1e-4);

    private LoraNetwork Merge(WeightedNetwork[] networks, LoraMergeMethod method) =>
        LoraMerge.Run(new(networks, Path.Combine(scratch, "merged.safetensors")) { Method = method, Rank = 5 }, TestContext.Current.CancellationToken);

    private string Write(string name, int rank, float alpha)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(scratch, name + ".safetensors");
        Tensor Numbers(params long[] shape) => KohyaPS.Engine.Diffusion.GaussianNoise.Draw((ulong)(name[0] * shape[0]), shape);
        TensorFile.Save(path, new Dictionary<string, Tensor>
        {
            [$"{Module}.lora_down.weight"] = Numbers(rank, 7), [$"{Module}.lora_up.weight"] = Numbers(9, rank), [$"{Module}.alpha"] = tensor(alpha),
        });
        return path;
    }
}
