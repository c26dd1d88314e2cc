using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Networks.Naming;
using KohyaPS.Engine.Runtime;
using KohyaPS.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Writes a LoRA under the names of another program.</summary>
public static class LoraConversion
{
    /// <summary>Converts and writes.</summary>
    /// <param name="network">A LoRA of kohya, diffusers or PEFT.</param>
    /// <param name="destination">The file to write.</param>
    /// <param name="spelling">The names wanted.</param>
    /// <param name="precision">Type of the saved tensors; null keeps theirs.</param>
    /// <exception cref="CheckpointFormatException">It is no LoRA, or one of its modules has no name in the other program.</exception>
    public static LoraNetwork Run(string network, string destination, LoraSpelling spelling, SavePrecision? precision = null)
    {
        return NativeLibraries.Run(() => RunLoaded(network, Path.GetFullPath(destination), spelling, precision));
    }

    private static LoraNetwork RunLoaded(string network, string destination, LoraSpelling spelling, SavePrecision? precision)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using (var stored = StoredNetwork.Open(network))
        {
            SourceFiles.Refuse(destination, [stored.Path]);
            var family = FamilyFinder.Find(stored.Store.File) ?? ModelFamily.Sd1;
            var tensors = stored.LoraModules.SelectMany(m => Convert(stored, m, family, spelling)).ToList();
            NetworkWriter.Write(destination, tensors, stored.Metadata, precision);
        }
        return LoraNetworkReader.Read(destination);
    }

    private static IEnumerable<(string, Tensor)> Convert(StoredNetwork stored, StoredLora module, ModelFamily family, LoraSpelling spelling)
    {
        var path = ModulePath.FromKohya(module.Name) ?? ModulePath.FromDiffusers(module.Name)
            ?? throw new CheckpointFormatException($"The module '{module.Name}' of '{stored.Path}' has a name that is not known here, so that it cannot be renamed. Convert the file with the program that made it.");
        if (spelling == LoraSpelling.Diffusers)
        {
            var (down, up) = Fold(module);
            return [($"{path.ToPeft()}.lora_A.weight", down), ($"{path.ToPeft()}.lora_B.weight", up)];
        }
        var name = path.ToKohya(family);
        // Without an alpha the scale is 1, which an alpha of the rank says.
        return [($"{name}.lora_down.weight", module.Down), ($"{name}.lora_up.weight", module.Up), ($"{name}.alpha", tensor((float)(module.Alpha ?? module.Rank)).to(module.Down.dtype))];
    }

    // The scale goes into the two matrices, the second by a power of two, which costs no precision and keeps half numbers in their range.
    private static (Tensor Down, Tensor Up) Fold(StoredLora module)
    {
        double a = module.Scale, b = 1;
        while (a > 0 && 2 * a < b)
            (a, b) = (a * 2, b / 2);
        Tensor down = module.Down, up = module.Up;
        return ((down.to(ScalarType.Float32) * a).to(down.dtype), (up.to(ScalarType.Float32) * b).to(up.dtype));
    }
}
