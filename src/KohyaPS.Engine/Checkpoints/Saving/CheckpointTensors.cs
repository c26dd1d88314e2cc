using KohyaPS.Engine.Checkpoints.KeyMaps;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Lists the tensors of a single file or of a folder to be written, from an opened model of either layout.</summary>
internal static class CheckpointTensors
{
    private const string SecondLogitScale = "conditioner.embedders.1.model.logit_scale";

    /// <summary>What a single file is to hold: everything that the source file holds, or the parts of the source folder.</summary>
    public static IReadOnlyList<CheckpointTensor> ForFile(Checkpoint checkpoint) => checkpoint.IsFolder ? OfParts(checkpoint) : OfFile(checkpoint);

    /// <summary>Everything that a single file holds, under its own keys (text-encoder keys with the <c>text_model.</c> that old files lack).</summary>
    public static IReadOnlyList<CheckpointTensor> OfFile(Checkpoint checkpoint)
    {
        var store = checkpoint.SingleFile;
        var layout = SingleFileLayout.Of(checkpoint.Family);
        var contents = layout.Read(store.Names);
        var held = contents.Parts.SelectMany(part => contents[part]).GroupBy(m => m.FileKey).ToDictionary(g => g.Key, IReadOnlyList<KeyMapping> (g) => [.. g]);
        // 8-bit weights are written as what they stand for, without the factors beside them.
        return [.. store.File.Tensors.Where(t => !ScaledWeight.IsFactor(t.Name)).Select(stored =>
            new CheckpointTensor(
                layout.NormalizeKey(stored.Name), layout.PartOf(stored.Name), ScaledWeight.FactorOf(stored.Name, store.Contains) is null ? stored.Dtype.ToTorch() : ScalarType.Float32, stored.Shape,
                () => ScaledWeight.Read(stored.Name, store.Contains, store.Read, store.Path))
            {
                Holds = held.GetValueOrDefault(stored.Name, []),
            })];
    }

    /// <summary>
    /// The parts of a model of any layout, as a single file lays them out; nothing else. What SD2's files hold of the text encoder beyond the
    /// layers that are used is filled up as sd-scripts does it, so that programs which expect it find it.
    /// </summary>
    public static IReadOnlyList<CheckpointTensor> OfParts(Checkpoint checkpoint)
    {
        var layout = SingleFileLayout.Of(checkpoint.Family);
        var tensors = ModelParts.Of(checkpoint.Family)
            .Select(checkpoint.Find).OfType<CheckpointPart>()
            .SelectMany(part => layout.Write(part.Part, part.ExpectedNames.ToList()).GroupBy(m => m.FileKey).Select(g => Assemble(part, [.. g])))
            .ToList();
        if (checkpoint.Family == ModelFamily.Sd2 && checkpoint.Find(ModelPart.TextEncoder) is not null)
            tensors.AddRange(UnusedTextLayers.Of(tensors));
        if (checkpoint.Family == ModelFamily.Sdxl && !checkpoint.IsFolder && checkpoint.SingleFile.Contains(SecondLogitScale))
        {
            var store = checkpoint.SingleFile;
            tensors.Add(new(SecondLogitScale, ModelPart.TextEncoder2, store[SecondLogitScale].Dtype.ToTorch(), store.Shape(SecondLogitScale), () => store.Read(SecondLogitScale)));
        }
        return tensors;
    }

    /// <summary>The tensors of one part as a diffusers folder names them.</summary>
    public static IReadOnlyList<CheckpointTensor> ForFolder(CheckpointPart part) =>
        [.. part.ExpectedNames.Select(name => new CheckpointTensor(name, part.Part, part.Tensors.Dtype(name), part.Tensors.Shape(name), () => part.Tensors.Read(name))
        {
            Holds = [new(name, name)],
        })];

    // One key of the file from one tensor of the part, or from the three of a fused projection.
    private static CheckpointTensor Assemble(CheckpointPart part, KeyMapping[] mappings)
    {
        var tensors = part.Tensors;
        var first = mappings[0];
        var shape = tensors.Shape(first.Name);
        var whole = first.Operation switch
        {
            KeyOperation.Squeeze when shape.Length == 2 => [.. shape, 1, 1],
            KeyOperation.Transpose => [shape[1], shape[0]],
            KeyOperation.RowsQ or KeyOperation.RowsK or KeyOperation.RowsV => [shape[0] * mappings.Length, .. shape[1..]],
            _ => shape,
        };
        return new(first.FileKey, part.Part, tensors.Dtype(first.Name), whole, () =>
        {
            using var scope = NewDisposeScope();
            var read = mappings.OrderBy(m => m.Operation).Select(m => tensors.Read(m.Name)).ToList();
            var assembled = read.Count > 1 ? cat(read, 0) : first.Operation == KeyOperation.Transpose ? read[0].t().contiguous() : read[0].view(whole);
            return assembled.MoveToOuterDisposeScope();
        })
        {
            Holds = mappings,
        };
    }
}
