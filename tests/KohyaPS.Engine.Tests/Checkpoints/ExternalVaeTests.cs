using KohyaPS.Conformance;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Checkpoints;

public sealed class ExternalVaeTests : IDisposable
{
    private const string Prefix = "first_stage_model.";
    private static readonly string MiniSd = Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors");
    private readonly string scratch = Directory.CreateTempSubdirectory("kohyaps-vae-").FullName;

    [Theory]
    [InlineData("first_stage_model.")]
    [InlineData("vae.")]
    [InlineData("")]
    public void Original_keys_are_read_with_any_prefix(string prefix)
    {
        using var vae = ExternalVae.Open(Write(key => prefix + key[Prefix.Length..]), ModelFamily.Sd1);
        ExpectTheVaeOfTheModel(vae);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_diffusers_folder_and_a_whole_checkpoint_are_read(bool isFolder)
    {
        var folder = Path.Combine(GoldenRoot.Path, "models", "checkpoints", "sd1-mini", "diffusers");
        Assert.SkipWhen(isFolder && !Directory.Exists(folder), "the mini checkpoint is not among the goldens");
        using var vae = ExternalVae.Open(isFolder ? folder : MiniSd, ModelFamily.Sd1);
        Assert.All(vae.Part.ExpectedNames, n => Assert.True(vae.Part.Tensors.Contains(n), n));
        Assert.Empty(vae.Part.Unexpected);
    }

    [Fact]
    public void Diffusers_keys_in_a_file_are_read()
    {
        using var checkpoint = Checkpoint.Open(MiniSd);
        var names = checkpoint[ModelPart.Vae].Tensors.Names.ToList();
        var path = Path.Combine(scratch, "diffusers.safetensors");
        using var scope = NewDisposeScope();
        Engine.Checkpoints.Saving.TensorFile.Save(path, names.ToDictionary(n => n, checkpoint[ModelPart.Vae].Tensors.Read));
        using var vae = ExternalVae.Open(path, ModelFamily.Sd1);
        ExpectTheVaeOfTheModel(vae);
    }

    [Fact]
    public void The_scaling_factor_is_that_of_the_model_it_serves()
    {
        using var vae = ExternalVae.Open(Write(key => key), ModelFamily.Sdxl);
        Assert.Equal(0.13025, vae.Part.Config.GetProperty("scaling_factor").GetDouble());
    }

    [Fact]
    public void What_is_no_VAE_is_refused()
    {
        var lora = Path.Combine(scratch, "lora.safetensors");
        new SafetensorsWriter([new("lora_unet_a_b.lora_up.weight", SafetensorsDtype.F16, [1, 1])]).Write(lora, (_, target) => target.Write([0, 0]));
        Assert.Contains("no VAE", Assert.Throws<CheckpointFormatException>(() => ExternalVae.Open(lora, ModelFamily.Sd1)).Message, StringComparison.Ordinal);
        Assert.Contains("no VAE", Assert.Throws<CheckpointFormatException>(() => ExternalVae.Open(scratch, ModelFamily.Sd1)).Message, StringComparison.Ordinal);
        var cut = Write(key => key, keep: key => !key.Contains(".mid.", StringComparison.Ordinal));
        Assert.Contains("lacks", Assert.Throws<CheckpointFormatException>(() => ExternalVae.Open(cut, ModelFamily.Sd1)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private static void ExpectTheVaeOfTheModel(ExternalVae vae)
    {
        using var scope = NewDisposeScope();
        using var model = Checkpoint.Open(MiniSd);
        var own = model[ModelPart.Vae].Tensors;
        Assert.Equal(own.Names.Order(), vae.Part.Tensors.Names.Order());
        Assert.All(own.Names, n => Assert.True(own.Read(n).Equals(vae.Part.Tensors.Read(n)), n));
    }

    private string Write(Func<string, string> rename, Func<string, bool>? keep = null)
    {
        var path = Path.Combine(scratch, $"{Guid.NewGuid():N}.safetensors");
        using var source = SafetensorsFile.Open(MiniSd);
        var entries = source.Entries.Where(e => e.Name.StartsWith(Prefix, StringComparison.Ordinal) && keep?.Invoke(e.Name) != false).ToDictionary(e => rename(e.Name));
        new SafetensorsWriter(entries.Select(e => new SafetensorsDeclaration(e.Key, e.Value.Dtype, e.Value.Shape)))
            .Write(path, (entry, target) => source.CopyTo(entries[entry.Name], target));
        return path;
    }
}
