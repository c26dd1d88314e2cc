using KohyaPS.Conformance;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private static readonly string MiniSd = Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors");
    private readonly string scratch = Directory.CreateTempSubdirectory("kohyaps-checkpoint-").FullName;

    [Fact]
    public void Opens_a_small_real_model_with_all_its_parts()
    {
        using var checkpoint = Checkpoint.Open(MiniSd);
        Assert.Equal(ModelFamily.Sd1, checkpoint.Family);
        Assert.True(checkpoint.Detection.IsTrainable);
        Assert.Empty(checkpoint.Unexpected);
        Assert.Equal([64, 4, 3, 3], checkpoint[ModelPart.Unet].Tensors.Shape("conv_in.weight"));
        Assert.Equal(4, checkpoint[ModelPart.TextEncoder].Config.GetProperty("num_attention_heads").GetInt32());
        Assert.Equal(0.18215, checkpoint[ModelPart.Vae].Config.GetProperty("scaling_factor").GetDouble());
    }

    [Fact]
    public void A_single_file_of_unusual_width_needs_the_file_beside_it()
    {
        var alone = Copy(MiniSd, "alone.safetensors");
        using var checkpoint = Checkpoint.Open(alone);
        var error = Assert.Throws<CheckpointFormatException>(() => checkpoint[ModelPart.TextEncoder]);
        Assert.Contains("alone.config.json", error.Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(scratch, "alone.config.json"), """{"text_encoder": {"num_attention_heads": 5}}""");
        using var again = Checkpoint.Open(alone);
        Assert.Equal(5, again[ModelPart.TextEncoder].Config.GetProperty("num_attention_heads").GetInt32());
    }

    [Fact]
    public void Tensors_share_the_file_and_outlive_the_checkpoint()
    {
        Tensor shared;
        using (var checkpoint = Checkpoint.Open(MiniSd))
        {
            var tensors = checkpoint[ModelPart.Unet].Tensors;
            using var first = tensors.Read("conv_in.weight");
            shared = tensors.Read("conv_in.weight");
            // One place in memory: what is written to one is seen in the other (and never reaches the file).
            first.zero_();
            Assert.Equal(0, shared.abs().max().ToSingle());
        }
        GC.Collect();
        Assert.Equal(0, shared.abs().max().ToSingle());
        shared.Dispose();
        using var fresh = Checkpoint.Open(MiniSd);
        using var stored = fresh[ModelPart.Unet].Tensors.Read("conv_in.weight");
        Assert.NotEqual(0, stored.abs().max().ToSingle());
    }

    [Fact]
    public void A_tensor_at_an_odd_place_is_copied()
    {
        var path = Path.Combine(scratch, "odd.safetensors");
        // A header of 71 bytes: the floats begin at byte 79.
        var json = """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""".PadRight(71);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(71L), .. System.Text.Encoding.UTF8.GetBytes(json), .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        using var store = TensorFileStore.Open(path);
        using var read = store.Read("w");
        Assert.Equal([1.5f, -2f], read.data<float>().ToArray());
    }

    [Fact]
    public void A_part_that_lacks_tensors_names_them()
    {
        var path = Rewrite(name => !name.Contains("middle_block.1.proj_in", StringComparison.Ordinal));
        using var checkpoint = Checkpoint.Open(path);
        var error = Assert.Throws<CheckpointFormatException>(() => checkpoint[ModelPart.Unet]);
        Assert.Contains("lacks 2 tensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("mid_block.attentions.0.proj_in.weight", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("input_blocks.1.1.transformer_blocks.")]
    [InlineData("input_blocks.1.1.norm.weight")]
    [InlineData("input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight")]
    [InlineData("output_blocks.5.1.")]
    public void Whatever_is_missing_is_missed(string part)
    {
        using var checkpoint = Checkpoint.Open(Rewrite(name => !name.Contains(part, StringComparison.Ordinal)));
        Assert.Contains("lacks", Assert.Throws<CheckpointFormatException>(() => checkpoint[ModelPart.Unet]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_belong_to_nothing_are_named_and_left_out()
    {
        var path = Rewrite(_ => true, new SafetensorsDeclaration("model.diffusion_model.input_blocks.1.1.extra", SafetensorsDtype.F16, [1]), new SafetensorsDeclaration("mine", SafetensorsDtype.F16, [1]));
        using var checkpoint = Checkpoint.Open(path);
        Assert.NotNull(checkpoint[ModelPart.Unet]);
        Assert.Contains(checkpoint.Unexpected, name => name.EndsWith("extra", StringComparison.Ordinal));
    }

    [Fact]
    public void Whole_numbers_are_no_weights()
    {
        const string key = "model.diffusion_model.time_embed.0.bias";
        var path = Rewrite(name => name != key, new SafetensorsDeclaration(key, SafetensorsDtype.I8, [256]));
        using var checkpoint = Checkpoint.Open(path);
        Assert.Contains("whole numbers", Assert.Throws<CheckpointFormatException>(() => checkpoint[ModelPart.Unet]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.ckpt")]
    public void A_file_that_was_cut_short_is_refused(string name)
    {
        var path = Path.Combine(scratch, name);
        ModelConversion.Run(new(MiniSd, path), TestContext.Current.CancellationToken);
        var whole = File.ReadAllBytes(path);
        foreach (var length in new[] { 0, 7, 1000, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.ThrowsAny<CheckpointFormatException>(() => Checkpoint.Open(path).Dispose());
        }
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("vae")]
    [InlineData("text_encoder_2")]
    public void A_folder_that_lacks_a_part_says_which(string part)
    {
        var folder = Path.Combine(scratch, "folder");
        Training.FamilyModels.CopyTo(folder, "sdxl-mini", [.. Enum.GetValues<ModelPart>().Select(p => p.FolderName()).Where(p => p != part)]);
        var error = Assert.Throws<CheckpointFormatException>(() =>
        {
            using var checkpoint = Checkpoint.Open(folder);
            foreach (var each in Enum.GetValues<ModelPart>())
                _ = checkpoint[each];
        });
        Assert.Matches(part == "text_encoder_2" ? "text encoder" : part == "vae" ? "VAE" : "unet|U-Net", error.Message);
    }

    [Fact]
    public void A_missing_vae_is_found_before_anything_is_loaded()
    {
        using var checkpoint = Checkpoint.Open(Rewrite(name => !name.StartsWith("first_stage_model.", StringComparison.Ordinal)));
        Assert.Equal([ModelPart.Vae], checkpoint.Detection.Missing);
        Assert.Contains("-Vae", Assert.Throws<CheckpointFormatException>(() => checkpoint[ModelPart.Vae]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24, 23)]
    [InlineData(23, 23)]      // made of a diffusers folder, which has lost the last layer already
    [InlineData(6, 5)]
    public void The_last_layer_of_SD2_is_left_out_where_it_is_there(int stored, int used)
    {
        var contents = SingleFileLayout.Of(ModelFamily.Sd2).Read([.. Enumerable.Range(0, stored).Select(i => $"cond_stage_model.model.transformer.resblocks.{i}.ln_1.weight")]);
        Assert.Equal(used, contents[ModelPart.TextEncoder].Count);
        Assert.Empty(contents.Unexpected);
    }

    [Theory]
    [InlineData(875000L, ModelPrediction.Epsilon, nameof(PredictionSource.GlobalStep))]
    [InlineData(140000L, ModelPrediction.V, nameof(PredictionSource.GlobalStep))]
    [InlineData(0L, ModelPrediction.Epsilon, nameof(PredictionSource.AmbiguousDefault))]
    public void A_step_count_says_what_SD2_predicts_and_zero_says_nothing(long step, ModelPrediction prediction, string source)
    {
        var found = ModelDetector.Detect([new("model.diffusion_model.input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight", SafetensorsDtype.F16, [320, 1024])], new Dictionary<string, string>(), globalStep: step);
        Assert.Equal((prediction, source), (found.Prediction, found.PredictionSource.ToString()));
    }

    [Fact]
    public void The_type_of_a_model_is_that_of_most_of_its_numbers()
    {
        // Wide types come first in a file.
        const string key = "model.diffusion_model.out.0.weight";
        using var checkpoint = Checkpoint.Open(Rewrite(name => name != key, new SafetensorsDeclaration(key, SafetensorsDtype.F32, [64])));
        Assert.Equal(SavePrecision.Fp16, checkpoint.OwnPrecision);
    }

    [Theory]
    [InlineData("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", "LoRA")]
    [InlineData("model.diffusion_model.joint_blocks.0.context_block.x", "Stable Diffusion 3")]
    [InlineData("control_model.time_embed.0.weight", "ControlNet")]
    [InlineData("something", "not a model")]
    public void Another_kind_of_file_is_refused_as_what_it_is(string key, string what)
    {
        var path = Path.Combine(scratch, "other.safetensors");
        new SafetensorsWriter([new(key, SafetensorsDtype.F16, [1, 1])]).Write(path, (_, target) => target.Write([0, 0]));
        Assert.Contains(what, Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_model_and_a_pickle_are_refused_with_the_cure()
    {
        Assert.Contains("unet", Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(scratch)).Message, StringComparison.Ordinal);
        var pickle = Path.Combine(scratch, "model.ckpt");
        File.WriteAllBytes(pickle, [0x80, 2]);
        Assert.Contains(".safetensors version", Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(pickle)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Checkpoint.Open(Path.Combine(scratch, "nowhere.safetensors")));
    }

    [Theory]
    [InlineData("../../secret.safetensors")]
    [InlineData("/etc/secret.safetensors")]
    [InlineData("..\\\\secret.safetensors")]
    [InlineData("C:secret.safetensors")]
    [InlineData("secret.bin")]
    public void An_index_that_points_out_of_its_folder_is_refused(string file)
    {
        var unet = Directory.CreateDirectory(Path.Combine(scratch, "model", "unet")).FullName;
        File.WriteAllText(Path.Combine(unet, "config.json"), "{}");
        File.WriteAllText(Path.Combine(unet, "diffusion_pytorch_model.safetensors.index.json"), $$$"""{"weight_map": {"conv_in.weight": "{{{file}}}"}}""");
        var error = Assert.Throws<CheckpointFormatException>(() => Checkpoint.Open(Path.Combine(scratch, "model")));
        Assert.Contains("no .safetensors file in its own folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_tensors_are_read_back_equal()
    {
        var path = Path.Combine(scratch, "tensors.safetensors");
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["scalar"] = tensor(2.5f),
            ["turned"] = arange(6, ScalarType.Float32).view(2, 3).t(),       // not contiguous
            ["half"] = tensor(new[] { 1f, -2f }).to(ScalarType.BFloat16),
            ["whole"] = tensor(new long[] { 7 }),
            ["empty"] = empty(0, 4),
        };
        TensorFile.Save(path, tensors, new Dictionary<string, string> { ["a"] = "b" });
        using var store = TensorFileStore.Open(path);
        foreach (var (name, want) in tensors)
        {
            using var got = store.Read(name);
            Assert.Equal(want.shape, got.shape);
            Assert.Equal(want.dtype, got.dtype);
            Assert.True(want.allclose(got));
        }
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private string Copy(string source, string name)
    {
        var target = Path.Combine(scratch, name);
        File.Copy(source, target);
        return target;
    }

    private string Rewrite(Func<string, bool> keep, params SafetensorsDeclaration[] added)
    {
        var path = Path.Combine(scratch, "part.safetensors");
        using var source = SafetensorsFile.Open(MiniSd);
        new SafetensorsWriter([.. source.Entries.Where(e => keep(e.Name)).Select(e => new SafetensorsDeclaration(e.Name, e.Dtype, e.Shape)), .. added])
            .Write(path, (entry, target) =>
            {
                if (added.FirstOrDefault(a => a.Name == entry.Name) is { } own)
                    target.Write(new byte[own.ElementCount * own.Dtype.ToBits() / 8]);
                else
                    source.CopyTo(source[entry.Name], target);
            });
        File.Copy(Path.ChangeExtension(MiniSd, ".config.json"), Path.ChangeExtension(path, ".config.json"));
        return path;
    }
}
