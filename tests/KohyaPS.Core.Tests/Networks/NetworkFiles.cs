using System.Runtime.InteropServices;
using KohyaPS.Core.Tests.Safetensors;
using KohyaPS.Safetensors;

namespace KohyaPS.Core.Tests.Networks;

/// <summary>Small network files for tests.</summary>
internal static class NetworkFiles
{
    public static string Write(ScratchFolder scratch, IReadOnlyDictionary<string, (long[] Shape, float[] Values)> tensors, Dictionary<string, string>? metadata = null)
    {
        var path = scratch.File($"{Guid.NewGuid():N}.safetensors");
        new SafetensorsWriter(tensors.Select(t => new SafetensorsDeclaration(t.Key, SafetensorsDtype.F32, t.Value.Shape)), metadata)
            .Write(path, (entry, target) => target.Write(MemoryMarshal.AsBytes(tensors[entry.Name].Values.AsSpan())));
        return path;
    }

    /// <summary>One sound module of rank 2.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> Sound() => new()
    {
        ["lora_unet_mid_block_attentions_0_proj_in.lora_down.weight"] = ([2, 3], [1, 2, 3, 4, 5, 6]),
        ["lora_unet_mid_block_attentions_0_proj_in.lora_up.weight"] = ([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        ["lora_unet_mid_block_attentions_0_proj_in.alpha"] = ([], [1]),
    };
}
