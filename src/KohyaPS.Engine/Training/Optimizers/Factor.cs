using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A factor of an update: one number, or one for each element.</summary>
internal readonly struct Factor
{
    private readonly double number;
    private readonly Tensor? elements;

    private Factor(double number, Tensor? elements) => (this.number, this.elements) = (number, elements);

    /// <summary>The same number for all.</summary>
    public static implicit operator Factor(double number) => new(number, null);

    /// <summary>A number for each element.</summary>
    public static implicit operator Factor(Tensor elements) => new(1, elements);

    /// <summary>x ← x · factor, in place.</summary>
    public Tensor Scale(Tensor x) => elements is null ? x.mul_(number) : x.mul_(elements);

    /// <summary>target ← target − factor · a / b, in place.</summary>
    public void SubtractQuotient(Tensor target, Tensor a, Tensor b)
    {
        if (elements is null)
        {
            target.addcdiv_(a, b, -number);
            return;
        }
        using var quotient = a.div(b);
        target.sub_(quotient.mul_(elements));
    }
}
