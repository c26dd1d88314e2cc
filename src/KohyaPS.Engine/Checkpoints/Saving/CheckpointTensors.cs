using KohyaPS.Engine.Checkpoints.KeyMaps;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Lists the tensors of a single file to be written, from an opened model.</summary>
internal static class CheckpointTensors
{
    /// <summary>Everything that a single file holds, under its own keys (text-encoder keys with the <c>text_model.</c> that old files lack).</summary>
    public static IReadOnlyList<CheckpointTensor> OfFile(Checkpoint checkpoint)
    {
        var store = checkpoint.SingleFile;
        var layout = SingleFileLayout.Of(checkpoint.Family);
        return [.. store.File.Tensors.Select(entry => new CheckpointTensor(
            layout.NormalizeKey(entry.Name), layout.PartOf(entry.Name), entry.Dtype.ToTorch(), entry.Shape, () => store.Read(entry.Name)))];
    }

    /// <summary>The parts of a model of any layout, as a single file lays them out; nothing else.</summary>
    public static IReadOnlyList<CheckpointTensor> OfParts(Checkpoint checkpoint)
    {
        var layout = SingleFileLayout.Of(checkpoint.Family);
        return [.. ModelParts.Of(checkpoint.Family)
            .Select(checkpoint.Find).OfType<CheckpointPart>()
            .SelectMany(part => layout.Write(part.Part, part.ExpectedNames.ToList()).GroupBy(m => m.FileKey).Select(g => Assemble(part, [.. g])))];
    }

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
        });
    }
}
