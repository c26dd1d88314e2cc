using KohyaPS.Conformance;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Engine.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Checkpoints;

/// <summary>The numbers of the peer are golden cases (family models); here are the promises to users.</summary>
public sealed class ModelConversionTests : IDisposable
{
    private static readonly string MiniSd = Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors");
    private readonly string scratch = Directory.CreateTempSubdirectory("kohyaps-convert-").FullName;

    [Fact]
    public void A_file_that_became_a_folder_comes_back_with_the_same_tensors()
    {
        Convert(MiniSd, "folder");
        Convert(In("folder"), "again.safetensors");
        using var before = Checkpoint.Open(MiniSd);
        using var after = Checkpoint.Open(In("again.safetensors"));
        foreach (var part in before.Parts)
            AssertSame(part, after.Find(part.Part)!);
        Assert.Equal(before.Parts.Select(p => p.Part).Order(), after.Parts.Select(p => p.Part).Order());
    }

    [Fact]
    public void The_folder_opens_as_a_diffusers_model_with_clips_own_tokenizer()
    {
        Convert(MiniSd, "folder");
        using var checkpoint = Checkpoint.Open(In("folder"));
        Assert.Equal(ModelFamily.Sd1, checkpoint.Family);
        var tokenizer = TokenizerFolder.Read(Path.Combine(In("folder"), "tokenizer"));
        Assert.Equal(ClipTokenizer.Default.Encode("a photo of a robot, don't!"), tokenizer.Encode("a photo of a robot, don't!"));
    }

    [Fact]
    public void A_pickle_holds_the_same_tensors_as_the_file_that_it_was_made_of()
    {
        Convert(MiniSd, "model.ckpt");
        using var before = TensorFileStore.Open(MiniSd);
        using var after = TensorFileStore.Open(In("model.ckpt"));
        Assert.Equal(before.Names.Order(), after.Names.Order());
        foreach (var name in before.Names.Take(20))
        {
            using var want = before.Read(name);
            using var got = after.Read(name);
            Assert.True(want.eq(got).all().item<bool>(), name);
        }
        using var model = Checkpoint.Open(In("model.ckpt"));
        Assert.Equal(ModelFamily.Sd1, model.Family);
    }

    [Theory]
    [InlineData("sd2-mini")]
    [InlineData("sdxl-mini")]
    public void A_folder_of_unusual_width_that_became_a_file_comes_back_whole(string model)
    {
        var folder = Training.FamilyModels.Folder(model);
        Convert(folder, "single.safetensors");
        Convert(In("single.safetensors"), "single.ckpt");
        Convert(In("single.ckpt"), "again");
        using var before = Checkpoint.Open(folder);
        foreach (var name in new[] { "single.safetensors", "single.ckpt", "again" })
        {
            using var after = Checkpoint.Open(In(name));
            foreach (var part in before.Parts)
            {
                AssertSame(part, after[part.Part]);
                Assert.Equal(Computed(part), Computed(after[part.Part]));
            }
        }
    }

    [Fact]
    public void A_file_that_tells_everything_gets_no_second_one()
    {
        Convert(MiniSd, "given.ckpt");
        // By itself: nothing is known of it but what it tells.
        File.Move(In("given.ckpt"), In("model.ckpt"));
        Convert(In("model.ckpt"), "again.safetensors");
        Assert.False(File.Exists(In("again.config.json")));
        // Another model's, in whose place this one was put.
        File.WriteAllText(In("other.config.json"), """{"unet": {"attention_head_dim": 3}}""");
        Convert(In("model.ckpt"), "other.safetensors");
        using var model = Checkpoint.Open(In("other.safetensors"));
        Assert.Equal(Computed(Checkpoint.Open(MiniSd)[ModelPart.Unet]), Computed(model[ModelPart.Unet]));
    }

    [Theory]
    [InlineData("sdxl-mini", null)]
    [InlineData("sdxl-mini", SavePrecision.Bf16)]
    public void Every_layout_has_the_keys_shapes_and_types_of_the_original(string model, SavePrecision? precision)
    {
        var original = Path.Combine(Training.FamilyModels.Folder(model), "..", "single.safetensors");
        Convert(Training.FamilyModels.Folder(model), "one.safetensors", precision);
        Convert(In("one.safetensors"), "two.ckpt", precision);
        using var want = TensorFileStore.Open(original);
        // What a folder has no place for and no picture needs: tables that programs make anew, and the temperature of CLIP's training.
        string[] left = [".position_ids", ".logit_scale", "denoiser.sigmas"];
        var wanted = want.Names.Where(key => !left.Any(end => key.EndsWith(end, StringComparison.Ordinal))).ToList();
        foreach (var name in new[] { "one.safetensors", "two.ckpt" })
        {
            using var got = TensorFileStore.Open(In(name));
            Assert.Equal(wanted.Order(), got.Names.Order());
            Assert.All(wanted, key => Assert.Equal(want.Shape(key), got.Shape(key)));
            Assert.All(wanted, key => Assert.Equal(precision is null ? want[key].Dtype : KohyaPS.Safetensors.SafetensorsDtype.BF16, got[key].Dtype));
        }
    }

    [Fact]
    public void A_stopped_conversion_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        foreach (var target in new[] { "folder", "model.safetensors", "model.ckpt" })
            Assert.Throws<OperationCanceledException>(() => ModelConversion.Run(new(MiniSd, In(target)) { Progress = (_, _) => stop.Cancel() }, stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
    }

    [Fact]
    public void The_source_is_no_destination_and_neither_is_a_place_within_it()
    {
        Convert(MiniSd, "folder");
        Assert.Throws<DestinationException>(() => Convert(In("folder"), "folder"));
        Assert.Throws<DestinationException>(() => Convert(In("folder"), Path.Combine("folder", "model.safetensors")));
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_never_replaced()
    {
        Convert(MiniSd, "folder");
        Directory.CreateDirectory(In("folder.old"));
        Convert(MiniSd, "folder");
        Assert.Equal([In("folder"), In("folder.old")], Directory.EnumerateFileSystemEntries(scratch).Order());
        File.WriteAllText(Path.Combine(In("folder"), "other.safetensors"), "mine");
        Assert.Contains("other.safetensors", Assert.Throws<DestinationException>(() => Convert(MiniSd, "folder")).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(In("models"), "unet"));
        Assert.Throws<DestinationException>(() => Convert(MiniSd, "models"));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(In("folder"), "other.safetensors")));
        Assert.Equal([Path.Combine(In("models"), "unet")], Directory.EnumerateFileSystemEntries(In("models")));
    }

    [Fact]
    public void A_file_of_something_else_beside_the_destination_is_kept()
    {
        File.WriteAllText(In("notes.config.json"), """{"mine": 1}""");
        Assert.Contains("notes.config.json", Assert.Throws<DestinationException>(() => Convert(Training.FamilyModels.Folder("sd2-mini"), "notes.safetensors")).Message, StringComparison.Ordinal);
        Assert.Equal([In("notes.config.json")], Directory.EnumerateFileSystemEntries(scratch));
    }

    [Theory]
    [InlineData("sd2-mini", "epsilon", null)]
    [InlineData("sd2-mini", "v_prediction", null)]
    [InlineData("sdxl-mini", "epsilon", null)]
    [InlineData("sdxl-mini", "v_prediction", "VParameterization")]
    public void A_pickle_does_not_change_what_a_model_predicts_unsaid(string model, string prediction, string? warned)
    {
        var folder = Copy(model);
        File.WriteAllText(Path.Combine(folder, "scheduler", "scheduler_config.json"), $$"""{"prediction_type": "{{prediction}}"}""");
        var warnings = Convert(folder, "model.ckpt");
        using var checkpoint = Checkpoint.Open(In("model.ckpt"));
        if (warned is null)
            Assert.Equal(prediction == "epsilon" ? ModelPrediction.Epsilon : ModelPrediction.V, checkpoint.Detection.Prediction);
        Assert.Equal(warned is null ? 0 : 1, warnings.Count(w => w.Contains(warned ?? "", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_a_destination_does_not_hold_is_said()
    {
        using var scope = NewDisposeScope();
        var folder = Copy("sdxl-mini");
        var file = Path.Combine(folder, "vae", "diffusion_pytorch_model.fp16.safetensors");
        var tensors = TensorFile.Read(file);
        tensors["extra"] = ones(1);
        TensorFile.Save(file, tensors);
        Assert.Contains(Convert(folder, "model.safetensors"), w => w.Contains("vae: extra", StringComparison.Ordinal));
        Assert.Contains(Convert(folder, "again"), w => w.Contains("vae: extra", StringComparison.Ordinal));
    }

    [Fact]
    public void A_variant_that_is_not_there_is_refused()
    {
        var request = new ConversionRequest(Training.FamilyModels.Folder("sdxl-mini"), In("one.safetensors")) { Variant = "bf16" };
        var stop = TestContext.Current.CancellationToken;
        Assert.Contains("'bf16'", Assert.Throws<CheckpointFormatException>(() => ModelConversion.Run(request, stop)).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointFormatException>(() => ModelConversion.Run(request with { Source = MiniSd }, stop));
        ModelConversion.Run(request with { Variant = "fp16" }, stop);
        Assert.True(File.Exists(In("one.safetensors")));
    }

    [Fact]
    public void Eight_bit_weights_are_read_with_the_factor_beside_them()
    {
        var path = In("scaled.safetensors");
        using var scope = NewDisposeScope();
        TensorFile.Save(path, new Dictionary<string, Tensor>
        {
            ["a.weight"] = tensor(new[] { 1f, -2f }).to((ScalarType)24), ["a.scale_weight"] = tensor(0.5f), ["b.weight"] = tensor(new[] { 4f }).to((ScalarType)24),
        });
        using var file = TensorFileStore.Open(path);
        var store = new MappedStore("U-Net", file.Names.Select(n => (file, new KeyMapping(n, n))));
        Assert.Equal([0.5f, -1f], store.Read("a.weight").data<float>().ToArray());
        Assert.Equal(ScalarType.Float32, store.Dtype("a.weight"));
        Assert.Equal([4f], store.Read("b.weight").to(ScalarType.Float32).data<float>().ToArray());
        Assert.DoesNotContain("a.scale_weight", store.Names);
    }

    [Fact]
    public void Models_in_eight_bits_are_mixed_as_what_they_stand_for()
    {
        using var scope = NewDisposeScope();
        foreach (var (name, factor) in new[] { ("a", 0.5f), ("b", 3f) })
        {
            TensorFile.Save(In($"{name}.safetensors"), new Dictionary<string, Tensor>
            {
                ["model.diffusion_model.x.weight"] = tensor(new[] { 1f, -2f }).to((ScalarType)24), ["model.diffusion_model.x.scale_weight"] = tensor(factor), ["scaled_fp8"] = empty(0).to((ScalarType)24),
            });
        }
        ModelMerge.Run(new([(In("a.safetensors"), 0.5), (In("b.safetensors"), 0.5)], In("mix.safetensors")), TestContext.Current.CancellationToken);
        using var mixed = TensorFileStore.Open(In("mix.safetensors"));
        Assert.Equal(["model.diffusion_model.x.weight"], mixed.Names);
        Assert.Equal([1.75f, -3.5f], mixed.Read("model.diffusion_model.x.weight").data<float>().ToArray());
    }

    [Theory]
    [InlineData("v_prediction", "v")]
    [InlineData("epsilon", "epsilon")]
    public void What_a_folder_says_of_its_prediction_is_said_by_the_file_made_of_it(string stated, string said)
    {
        Convert(Training.FamilyModels.Folder("sd2-mini"), "folder");
        File.WriteAllText(Path.Combine(In("folder"), "scheduler", "scheduler_config.json"), $$"""{"prediction_type": "{{stated}}", "rescale_betas_zero_snr": true}""");
        Convert(In("folder"), "file.safetensors");
        using var folder = Checkpoint.Open(In("folder"));
        using var file = Checkpoint.Open(In("file.safetensors"));
        Assert.True(folder.Detection.HasZeroTerminalSnr);
        Assert.Equal(said, file.Metadata["modelspec.prediction_type"]);
        Assert.Equal(folder.Detection.Prediction, file.Detection.Prediction);
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private static void AssertSame(CheckpointPart want, CheckpointPart got)
    {
        foreach (var name in want.ExpectedNames)
        {
            using var a = want.Tensors.Read(name);
            using var b = got.Tensors.Read(name);
            Assert.True(a.dtype == b.dtype && a.eq(b).all().item<bool>(), name);
        }
    }

    private string In(string name) => Path.Combine(scratch, name);

    private List<string> Convert(string source, string destination, SavePrecision? precision = null)
    {
        var warnings = new List<string>();
        ModelConversion.Run(new(source, In(destination)) { Precision = precision, Warning = warnings.Add }, TestContext.Current.CancellationToken);
        return warnings;
    }

    private string Copy(string model)
    {
        Training.FamilyModels.CopyTo(In(model), model, "");
        return In(model);
    }

    private static object Computed(CheckpointPart part) => part.Part switch
    {
        ModelPart.Unet => UnetConfig.Read(part.Config) is var unet ? (string.Join(',', Enumerable.Range(0, 4).Select(unet.HeadsAt)), unet.NormGroups, unet.NormEpsilon, unet.SizeEmbeddingWidth) : default,
        ModelPart.Vae => VaeConfig.Read(part.Config),
        _ => ClipConfig.Read(part.Config),
    };
}
