using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Opens the parts of a case's mini checkpoint in a compute type, from its diffusers folder.</summary>
internal static class MiniModels
{
    public static Unet Unet(ModelCase recorded, ScalarType dtype = ScalarType.Float32, ScalarType? rounding = null)
    {
        using var checkpoint = Open(recorded);
        var part = checkpoint[ModelPart.Unet];
        return new(new(rounding is { } type ? new RoundedStore(part.Tensors, type) : part.Tensors, dtype), UnetConfig.Read(part.Config));
    }

    public static ClipTextEncoder TextEncoder(ModelCase recorded, string part, ScalarType dtype = ScalarType.Float32)
    {
        using var checkpoint = Open(recorded);
        var encoder = checkpoint[Enum.GetValues<ModelPart>().First(p => p.FolderName() == part)];
        return new(new(encoder.Tensors, dtype), ClipConfig.Read(encoder.Config));
    }

    public static Vae Vae(ModelCase recorded, ScalarType dtype = ScalarType.Float32)
    {
        using var checkpoint = Open(recorded);
        var part = checkpoint[ModelPart.Vae];
        return new(new(part.Tensors, dtype), VaeConfig.Read(part.Config));
    }

    private static Checkpoint Open(ModelCase recorded) => new MiniCheckpoint(recorded.CheckpointFolder).OpenFolder();
}
