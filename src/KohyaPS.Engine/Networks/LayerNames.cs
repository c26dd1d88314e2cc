using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;

namespace KohyaPS.Engine.Networks;

/// <summary>
/// What network files call the layers of a model: their diffusers paths, but the layers of SDXL's U-Net have the paths of the original model.
/// </summary>
internal sealed class LayerNames
{
    private const string Weight = ".weight";
    private const string UnetPrefix = "lora_unet_";
    private static readonly string[] Blocks = ["down_blocks_", "up_blocks_", "mid_block_"];

    private readonly ModelFamily family;
    private readonly HashSet<string> attendingBlocks;

    /// <param name="family">The generation.</param>
    /// <param name="unetPaths">Paths or names of all layers of the U-Net: an upsampler's original name depends on what stands before it.</param>
    public LayerNames(ModelFamily family, IEnumerable<string> unetPaths)
    {
        this.family = family;
        attendingBlocks = [.. unetPaths.Select(p => p.Split('.')).Where(w => w is ["up_blocks", _, "attentions", ..]).Select(w => w[1])];
    }

    /// <summary>The word by which a part's adapters are named.</summary>
    public NetworkPart PartOf(ModelPart part) => part switch
    {
        ModelPart.Unet => NetworkPart.Unet,
        ModelPart.TextEncoder2 => NetworkPart.TextEncoder2,
        _ => family == ModelFamily.Sdxl ? NetworkPart.TextEncoder1 : NetworkPart.TextEncoder,
    };

    /// <summary>The path by which the adapter of a layer is named.</summary>
    /// <param name="part">The model's part.</param>
    /// <param name="path">The layer's diffusers path.</param>
    public string PathOf(ModelPart part, string path) => part == ModelPart.Unet && family == ModelFamily.Sdxl
        ? UnetKeyMap.ToOriginal(path + Weight, level => attendingBlocks.Contains(SettingText.Format(level)))?[..^Weight.Length] ?? path
        : path;

    /// <summary>
    /// The stored name of an adapter of SDXL's U-Net that a file names in the words of diffusers, such as
    /// <c>lora_unet_down_blocks_1_attentions_0_proj_in</c>; other names stay as they are.
    /// </summary>
    /// <param name="name">The adapter's name, or that of one of its tensors.</param>
    public static string ToOriginal(string name)
    {
        if (!name.StartsWith(UnetPrefix, StringComparison.Ordinal) || Array.Find(Blocks, b => name.AsSpan(UnetPrefix.Length).StartsWith(b)) is not { } block)
            return name;
        var isMiddle = block == Blocks[2];
        var (adapter, suffix) = name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? (name[..dot], name[dot..]) : (name, "");
        // [block number,] kind, number, and the layer's own path, whose words no map has to tell apart.
        var words = adapter[(UnetPrefix.Length + block.Length)..].Split('_', isMiddle ? 3 : 4);
        var path = string.Join('.', [block.TrimEnd('_'), .. words]) + Weight;
        // In SDXL every upsampler follows attention.
        return UnetKeyMap.ToOriginal(path, _ => true) is { } original ? $"{UnetPrefix}{original[..^Weight.Length].Replace('.', '_')}{suffix}" : name;
    }
}
