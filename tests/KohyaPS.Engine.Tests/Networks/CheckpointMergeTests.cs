using KohyaPS.Conformance;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Networks.Tools;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Networks;

/// <summary>The numbers of the peer are golden cases (family network-tools); here are the promises to users.</summary>
public sealed class CheckpointMergeTests : IDisposable
{
    private const string Module = "lora_unet_mid_block_attentions_0_proj_in";
    private const string Key = "model.diffusion_model.middle_block.1.proj_in.weight";
    private static readonly string MiniSd = Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors");
    private readonly string scratch = Directory.CreateTempSubdirectory("kohyaps-merge-").FullName;

    [Fact]
    public void Adds_ratio_times_up_times_down_times_alpha_over_rank()
    {
        using var scope = NewDisposeScope();
        var lora = WriteLora("a.safetensors", Module, alpha: 1);
        var merged = Merge(Request(lora, ratio: 0.5) with { Precision = SavePrecision.Float });
        using var before = TensorFileStore.Open(MiniSd);
        using var after = TensorFileStore.Open(merged.Path);
        // up = 1, down = 2, rank 2: U D = 4 everywhere; times 0.5 times 1/2 = 1.
        Assert.True((after.Read(Key) - before.Read(Key).to(ScalarType.Float32) - 1).abs().max().ToSingle() < 1e-6);
        Assert.Equal(1, merged.ChangedTensors);
        Assert.Equal(before.Names.Order(), after.Names.Order());
    }

    [Fact]
    public void Two_opposite_ratios_cancel_out()
    {
        using var scope = NewDisposeScope();
        var lora = WriteLora("a.safetensors", Module, alpha: 2);
        var merged = Merge(Request(lora, 0.75) with { Networks = [new(lora, 0.75), new(lora, -0.75)], Precision = SavePrecision.Float });
        using var before = TensorFileStore.Open(MiniSd);
        using var after = TensorFileStore.Open(merged.Path);
        Assert.True((after.Read(Key) - before.Read(Key).to(ScalarType.Float32)).abs().max().ToSingle() < 1e-6);
    }

    [Fact]
    public void The_saved_type_is_that_of_the_checkpoint_unless_asked_otherwise()
    {
        var merged = Merge(Request(WriteLora("a.safetensors", Module, 1), 1));
        Assert.Equal(SavePrecision.Fp16, merged.Precision);
        using var after = TensorFileStore.Open(merged.Path);
        Assert.Equal(Safetensors.SafetensorsDtype.F16, after[Key].Dtype);
    }

    [Fact]
    public void The_sources_stay_as_they_are_and_are_no_destination()
    {
        var lora = WriteLora("a.safetensors", Module, 1);
        var before = File.ReadAllBytes(lora);
        Assert.Contains("never changed", Assert.Throws<DestinationException>(() => Merge(Request(lora, 1) with { Destination = lora })).Message, StringComparison.Ordinal);
        Merge(Request(lora, 1));
        Assert.Equal(before, File.ReadAllBytes(lora));
    }

    [Fact]
    public void Modules_without_a_layer_are_reported_and_a_network_without_any_is_refused()
    {
        var warnings = new List<string>();
        var lora = WriteLora("a.safetensors", Module, 1, "lora_unet_no_such_layer");
        var merged = Merge(Request(lora, 1) with { Warning = warnings.Add });
        Assert.Equal(["lora_unet_no_such_layer"], merged.MergedNetworks[0].SkippedModules);
        Assert.Contains("lora_unet_no_such_layer", Assert.Single(warnings), StringComparison.Ordinal);

        var foreign = WriteLora("b.safetensors", "lora_unet_input_blocks_4_1_proj_in", 1);
        var error = Assert.Throws<CheckpointFormatException>(() => Merge(Request(foreign, 1)));
        Assert.Contains("SD 1.x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diverged_network_is_refused_and_leaves_no_file()
    {
        var lora = WriteLora("a.safetensors", Module, 1, up: float.NaN);
        Assert.Contains("diverged", Assert.Throws<CheckpointFormatException>(() => Merge(Request(lora, 1))).Message, StringComparison.Ordinal);
        Assert.Equal([lora], Directory.EnumerateFileSystemEntries(scratch));
    }

    [Fact]
    public void A_stopped_merge_leaves_no_file()
    {
        var lora = WriteLora("a.safetensors", Module, 1);
        using var stop = new CancellationTokenSource();
        var request = Request(lora, 1) with { Progress = (done, _) => { if (done == 10) stop.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => CheckpointMerge.Run(request, stop.Token));
        Assert.Equal([lora], Directory.EnumerateFileSystemEntries(scratch));
    }

    [Fact]
    public void A_kind_of_network_that_cannot_be_merged_is_refused_by_name()
    {
        var path = Path.Combine(scratch, "loha.safetensors");
        using var scope = NewDisposeScope();
        TensorFile.Save(path, new Dictionary<string, Tensor> { [$"{Module}.hada_w1_a"] = ones(1, 1) });
        Assert.Contains("LoHa", Assert.Throws<CheckpointFormatException>(() => Merge(Request(path, 1))).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private static DiffusionCheckpoint Merge(MergeRequest request) => CheckpointMerge.Run(request, TestContext.Current.CancellationToken);

    private MergeRequest Request(string lora, double ratio) => new()
    {
        Checkpoint = MiniSd,
        Networks = [new(lora, ratio)],
        Destination = Path.Combine(scratch, "merged.safetensors"),
    };

    private string WriteLora(string name, string module, float alpha, string? second = null, float up = 1)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var one in second is null ? [module] : new[] { module, second })
        {
            tensors[$"{one}.lora_down.weight"] = full([2, 64, 1, 1], 2f, ScalarType.Float32);
            tensors[$"{one}.lora_up.weight"] = full([64, 2, 1, 1], up, ScalarType.Float32);
            tensors[$"{one}.alpha"] = tensor(alpha);
        }
        var path = Path.Combine(scratch, name);
        TensorFile.Save(path, tensors);
        return path;
    }
}
