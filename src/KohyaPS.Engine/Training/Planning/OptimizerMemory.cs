using KohyaPS.Engine.Training.Optimizers;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>What an optimizer keeps for each parameter between steps, by the shapes of the parameters.</summary>
internal static class OptimizerMemory
{
    // A portion of the parameters at a time, in some ten tensors.
    private const long PortionBytes = 320L << 20;

    /// <summary>Bytes of the state.</summary>
    /// <param name="config">The optimizer, its arguments, and whose numbers are reproduced.</param>
    /// <param name="shapes">Dimensions of each parameter.</param>
    public static long StateBytes(LoraConfig config, IReadOnlyList<long[]> shapes)
    {
        var type = config.Optimizer.OptimizerType;
        var arguments = OptimizerArguments.Read(config.Optimizer, out _);
        var elements = shapes.Sum(Count);
        if (MomentsIn8Bits(type) is { } moments)
        {
            var storage = MomentStorage.Of(type, arguments, config.Runtime.Compatibility);
            return shapes.Sum(shape => Count(shape) is var count && count >= storage.SmallestOf8Bit
                ? moments * (count + sizeof(float) * ((count + storage.BlockSize - 1) / storage.BlockSize))
                : moments * count * sizeof(float));
        }
        var slices = arguments.Has("slice_p") ? Math.Max(1, arguments.Whole("slice_p")) : 1;
        return sizeof(float) * type switch
        {
            OptimizerType.SGD or OptimizerType.SGDNesterov => arguments.Number("momentum") > 0 ? elements : 0,
            OptimizerType.Lion or OptimizerType.Adagrad or OptimizerType.SGDScheduleFree => elements,
            OptimizerType.RMSprop => elements * (1 + (arguments.Number("momentum") > 0 ? 1 : 0) + (arguments.Flag("centered") ? 1 : 0)),
            OptimizerType.Adam or OptimizerType.AdamW => elements * (arguments.Flag("amsgrad") ? 3 : 2),
            OptimizerType.NAdam or OptimizerType.RAdam or OptimizerType.Adamax or OptimizerType.Adadelta or OptimizerType.DAdaptLion
                or OptimizerType.AdamWScheduleFree or OptimizerType.RAdamScheduleFree => 2 * elements,
            OptimizerType.DAdaptAdan or OptimizerType.DAdaptAdanIP => 5 * elements,
            OptimizerType.Prodigy => 2 * elements + 2 * elements / slices,
            OptimizerType.Adafactor => RowsAndColumns(shapes, FactorAxes.Last),
            OptimizerType.CAME => elements + 2 * RowsAndColumns(shapes, FactorAxes.Last),
            // Of the sliced elements two moments of half the size.
            OptimizerType.ProdigyPlusScheduleFree => elements + elements / ProdigyPlusScheduleFree.SliceStride
                + RowsAndColumns(shapes, shape => arguments.Flag("factored") ? FactorAxes.Largest(shape, ProdigyPlusScheduleFree.SmallestFactored) : null),
            _ => 3 * elements,
        };
    }

    /// <summary>Bytes of what a step makes and lets go again.</summary>
    /// <inheritdoc cref="StateBytes"/>
    public static long StepBytes(LoraConfig config, IReadOnlyList<long[]> shapes)
    {
        // The new values and what they are divided by, each as large as all parameters.
        var whole = 2 * sizeof(float) * shapes.Sum(Count);
        return MomentsIn8Bits(config.Optimizer.OptimizerType) is null ? whole : Math.Min(whole, PortionBytes);
    }

    private static int? MomentsIn8Bits(OptimizerType type) => type switch
    {
        OptimizerType.Lion8bit or OptimizerType.PagedLion8bit or OptimizerType.SGDNesterov8bit => 1,
        OptimizerType.AdamW8bit or OptimizerType.PagedAdamW8bit or OptimizerType.PagedAdamW or OptimizerType.PagedAdamW32bit => 2,
        OptimizerType.AdEMAMix or OptimizerType.AdEMAMix8bit or OptimizerType.PagedAdEMAMix or OptimizerType.PagedAdEMAMix8bit => 3,
        _ => null,
    };

    // What is not factored keeps an element each.
    private static long RowsAndColumns(IReadOnlyList<long[]> shapes, Func<IReadOnlyList<long>, FactorAxes?> axesOf) =>
        shapes.Sum(shape => axesOf(shape) is { } axes ? Count(shape) / shape[axes.OfRows] + Count(shape) / shape[axes.OfColumns] : Count(shape));

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, d) => product * d);
}
