namespace KohyaPS.Engine.Networks;

/// <summary>Dimensions of the two matrices of a low-rank adapter: of two dimensions, or of four where the layer is a convolution.</summary>
internal static class AdapterShapes
{
    /// <summary>The matrix that goes to the rank, with the layer's own kernel.</summary>
    public static long[] Down(AdapterPlan adapter) => [adapter.Rank, .. adapter.Target.WeightShape.Skip(1)];

    /// <summary>The matrix that comes back from the rank.</summary>
    public static long[] Up(AdapterPlan adapter) => adapter.Target.IsConvolution
        ? [adapter.Target.Outputs, adapter.Rank, 1, 1]
        : [adapter.Target.Outputs, adapter.Rank];
}
