using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Batches;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Runtime;

/// <summary>The device "meta" stands in for a card: tensors have to be brought there, too.</summary>
public sealed class HostTransferTests
{
    private static readonly Device Elsewhere = new(DeviceType.META);

    [Fact]
    public void A_tensor_that_is_there_already_stays_itself()
    {
        using var tensor = ones(2);
        Assert.Same(tensor, HostTransfer.To(tensor, CPU));
        Assert.Same(tensor, HostTransfer.Move(tensor, CPU));
    }

    [Fact]
    public void A_moved_tensor_leaves_its_old_place()
    {
        var tensor = ones(2);
        using var moved = HostTransfer.Move(tensor, Elsewhere);
        Assert.Equal(DeviceType.META, moved.device_type);
        Assert.True(tensor.IsInvalid);
    }

    [Fact]
    public void A_batch_moves_with_everything_it_holds()
    {
        using var batch = new MicroBatch
        {
            Latents = ones(1, 4, 2, 2),
            InputIds = [ones(1, 1, 77), ones(1, 1, 77)],
            TokenWeights = [ones(1, 1, 77), ones(1, 1, 77)],
            Text = new TextConditions(ones(1, 77, 8), ones(1, 8)),
            Sizes = ones(1, 6),
            LossWeights = ones(1),
            Masks = ones(1, 1, 16, 16),
            Preserved = zeros(1, dtype: int64),
        };
        using var moved = batch.MoveTo(Elsewhere);
        var tensors = Tensors(moved).ToList();
        Assert.Equal(11, tensors.Count);
        Assert.All(tensors, tensor => Assert.Equal(DeviceType.META, tensor.device_type));
        Assert.All(Tensors(batch), tensor => Assert.True(tensor.IsInvalid));
    }

    // By reflection, so that a property added later cannot be forgotten.
    private static IEnumerable<Tensor> Tensors(object holder) => holder.GetType().GetProperties().SelectMany(property =>
        property.PropertyType == typeof(Tensor) ? [(Tensor)property.GetValue(holder)!]
        : property.PropertyType == typeof(TextConditions) ? Tensors(property.GetValue(holder)!)
        : typeof(IEnumerable<Tensor>).IsAssignableFrom(property.PropertyType) ? (IEnumerable<Tensor>)property.GetValue(holder)!
        : []);
}
