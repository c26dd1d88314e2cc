using System.Text.Json;
using KohyaPS.Engine.Checkpoints.Structure;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>One network of a model: its tensors and what they do not tell.</summary>
/// <param name="Part">Which network.</param>
/// <param name="Tensors">Its tensors under diffusers names.</param>
/// <param name="Config">Its configuration in the words of diffusers or transformers, read from config.json or inferred.</param>
internal sealed record CheckpointPart(ModelPart Part, MappedStore Tensors, JsonElement Config)
{
    /// <summary>The names that the configuration asks for.</summary>
    public IEnumerable<string> ExpectedNames => Part switch
    {
        ModelPart.Unet => UnetStructure.Names(Config),
        ModelPart.Vae => VaeStructure.Names(Config),
        _ => TextEncoderStructure.Names(Part, Config),
    };

    /// <summary>Tensors that the configuration does not ask for; they are not read.</summary>
    public IReadOnlyList<string> Unexpected
    {
        get
        {
            var expected = ExpectedNames.ToHashSet(StringComparer.Ordinal);
            // A text encoder may bring the projection that only SDXL's second one uses.
            return [.. Tensors.Names.Where(n => !expected.Contains(n) && n != "text_projection.weight" && !n.EndsWith(".position_ids", StringComparison.Ordinal))];
        }
    }

    /// <summary>The type that most of its numbers are stored in; norms are often stored in a wider one than the rest.</summary>
    public ScalarType? MainType => ExpectedNames.Where(Tensors.Contains).GroupBy(Tensors.Dtype)
        .MaxBy(type => type.Sum(name => Tensors.Shape(name).Aggregate(1L, (product, d) => product * d)))?.Key;

    /// <summary>Refuses a part that lacks tensors.</summary>
    /// <param name="path">The model, for the message.</param>
    /// <exception cref="CheckpointFormatException">Tensors are missing (the first are named), or the number of heads is not known.</exception>
    public void RequireComplete(string path)
    {
        if (Part is ModelPart.TextEncoder or ModelPart.TextEncoder2)
            TextEncoderStructure.RequireHeads(Part, Config, path);
        RequireTensors(path);
    }

    /// <summary>Refuses a part that lacks tensors, or has whole numbers for weights; enough for tools that compute nothing with it.</summary>
    /// <inheritdoc cref="RequireComplete"/>
    public void RequireTensors(string path)
    {
        var missing = ExpectedNames.Where(n => !Tensors.Contains(n)).ToList();
        if (missing.Count > 0)
            throw new CheckpointFormatException(
                $"The {Part.InWords()} of '{path}' lacks {missing.Count} tensors, first {string.Join(", ", missing.Take(3).Select(m => $"'{m}'"))}. The file is incomplete or of another kind; get a whole one.");
        if (ExpectedNames.FirstOrDefault(n => !Tensors.Dtype(n).IsFraction()) is { } whole)
            throw new CheckpointFormatException($"The tensor '{whole}' of the {Part.InWords()} of '{path}' holds whole numbers ({Tensors.Dtype(whole)}), not weights; the model was packed by another program. Get it in fp16, bf16 or fp32.");
    }
}
