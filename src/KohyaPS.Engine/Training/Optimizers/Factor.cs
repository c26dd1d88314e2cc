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

    /// <summary>True where the factor is 0 for all, so that what it multiplies need not be looked at.</summary>
    private bool IsZero => elements is null && number == 0;

    /// <summary>x ← x · factor, in place.</summary>
    public Tensor Scale(Tensor x) => elements is null ? x.Times(number) : x.mul_(elements);

    /// <summary>x ← x / factor, in place.</summary>
    public Tensor Divide(Tensor x) => elements is null ? x.div_(number) : x.div_(elements);

    /// <summary>x ← x + factor, in place.</summary>
    public Tensor AddTo(Tensor x) => elements is null ? x.add_(number) : x.add_(elements);

    /// <summary>target ← target − factor · x, in place.</summary>
    public Tensor Subtract(Tensor target, Tensor x) =>
        IsZero ? target : elements is null ? target.add_(x, -number) : target.addcmul_(x, elements, -1);

    /// <summary>target ← target − factor · a / b, in place.</summary>
    public Tensor SubtractQuotient(Tensor target, Tensor a, Tensor b) =>
        IsZero ? target : elements is null ? target.addcdiv_(a, b, -number) : target.addcmul_(a.div(b), elements, -1);
}
