using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Opens the parts of a case's mini checkpoint in a compute type, from its diffusers folder.</summary>
internal static class MiniModels
{
    public static Unet Unet(ModelCase recorded, ScalarType dtype = ScalarType.Float32, ScalarType? rounding = null) =>
        new(Weights(recorded, "unet", dtype, rounding), UnetConfig.Read(Config(recorded, "unet")));

    public static ClipTextEncoder TextEncoder(ModelCase recorded, string part, ScalarType dtype = ScalarType.Float32) =>
        new(Weights(recorded, part, dtype), ClipConfig.Read(Config(recorded, part)));

    public static Vae Vae(ModelCase recorded, ScalarType dtype = ScalarType.Float32) =>
        new(Weights(recorded, "vae", dtype), VaeConfig.Read(Config(recorded, "vae")));

    private static WeightSource Weights(ModelCase recorded, string part, ScalarType dtype, ScalarType? rounding = null)
    {
        ITensorStore store = new FolderStore(Path.Combine(recorded.CheckpointFolder, "diffusers", part));
        return new(rounding is { } type ? new RoundedStore(store, type) : store, dtype);
    }

    private static JsonElement Config(ModelCase recorded, string part)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(recorded.CheckpointFolder, "diffusers", part, "config.json")));
        return document.RootElement.Clone();
    }
}
