namespace KohyaPS.Engine.Networks;

/// <summary>Distributions of first values.</summary>
internal static class Initializers
{
    /// <summary>Kaiming uniform with a = √5 (PyTorch's default for linear layers): uniform in ±1/√fanIn.</summary>
    public static AdapterInitializer KaimingUniform(long fanIn) => (source, values) =>
    {
        var bound = 1 / Math.Sqrt(fanIn);
        foreach (ref var value in values)
            value = (float)((2 * source.NextDouble() - 1) * bound);
    };

    /// <summary>Normal with mean 0, by the method of Box and Muller.</summary>
    public static AdapterInitializer Normal(double deviation) => (source, values) =>
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = deviation * Math.Sqrt(-2 * Math.Log(1 - source.NextDouble()));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * source.NextDouble());
            values[i] = (float)(radius * cosine);
            if (i + 1 < values.Length)
                values[i + 1] = (float)(radius * sine);
        }
    };
}
