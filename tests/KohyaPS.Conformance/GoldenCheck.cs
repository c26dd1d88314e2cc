using System.Globalization;

namespace KohyaPS.Conformance;

/// <summary>Collects the comparisons of one case.</summary>
public sealed class GoldenCheck
{
    private const int MaxFailures = 10;

    /// <summary>Largest error so far as a share of its tolerance.</summary>
    public double Worst { get; private set; }

    public int Comparisons { get; private set; }

    public List<string> Failures { get; } = [];

    /// <summary>Leaves the case with a reason.</summary>
    public static void Skip(string reason) => throw new GoldenSkipException(reason);

    /// <summary>The values must be equal.</summary>
    public void Equal<T>(string what, T want, T got)
    {
        Comparisons++;
        if (!EqualityComparer<T>.Default.Equals(want, got))
            Fail($"{what}: want {Show(want)}, got {Show(got)}");
    }

    /// <summary>The lists must be equal, element by element.</summary>
    public void EqualList<T>(string what, IReadOnlyList<T> want, IReadOnlyList<T> got)
    {
        Comparisons++;
        if (want.Count != got.Count)
        {
            Fail($"{what}: want {want.Count} elements, got {got.Count}");
            return;
        }
        for (var i = 0; i < want.Count; i++)
        {
            if (EqualityComparer<T>.Default.Equals(want[i], got[i]))
                continue;
            Fail($"{what}[{i}]: want {Show(want[i])}, got {Show(got[i])}");
            return;
        }
    }

    public void True(string what, bool holds)
    {
        Comparisons++;
        if (!holds)
            Fail(what);
    }

    /// <summary>Passes where |got - want| is at most atol + rtol * |want|.</summary>
    public void Close(string what, double want, double got, double rtol, double atol = 0) => Close(what, [want], [got], rtol, atol);

    /// <inheritdoc cref="Close(string, double, double, double, double)"/>
    public void Close(string what, ReadOnlySpan<float> want, ReadOnlySpan<float> got, double rtol, double atol = 0)
    {
        if (!SameLength(what, want.Length, got.Length))
            return;
        var worst = new WorstElement();
        for (var i = 0; i < want.Length; i++)
            worst.Add(i, want[i], got[i], rtol, atol);
        Judge(what, worst);
    }

    /// <inheritdoc cref="Close(string, double, double, double, double)"/>
    public void Close(string what, ReadOnlySpan<double> want, ReadOnlySpan<double> got, double rtol, double atol = 0)
    {
        if (!SameLength(what, want.Length, got.Length))
            return;
        var worst = new WorstElement();
        for (var i = 0; i < want.Length; i++)
            worst.Add(i, want[i], got[i], rtol, atol);
        Judge(what, worst);
    }

    /// <summary>An error measured by the caller, for bounds that are no per-element tolerance (rms, picture distances).</summary>
    public void AtMost(string what, double bound, double error)
    {
        Comparisons++;
        var share = bound > 0 ? error / bound : error == 0 ? 0 : double.PositiveInfinity;
        Worst = Math.Max(Worst, double.IsNaN(share) ? double.PositiveInfinity : share);
        if (!(error <= bound))
            Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: error {error:g6} exceeds {bound:g6}"));
    }

    private bool SameLength(string what, int want, int got)
    {
        Comparisons++;
        if (want != got)
            Fail($"{what}: want {want} elements, got {got}");
        return want == got;
    }

    private void Judge(string what, WorstElement worst)
    {
        Worst = Math.Max(Worst, worst.Share);
        if (worst.Share > 1)
            Fail(string.Create(CultureInfo.InvariantCulture, $"{what}[{worst.Index}]: want {worst.Want:g9}, got {worst.Got:g9} ({worst.Share:g4} x tolerance)"));
    }

    private void Fail(string message)
    {
        if (Failures.Count < MaxFailures)
            Failures.Add(message);
    }

    private static string Show<T>(T value) => value switch
    {
        null => "null",
        string s => $"\"{s}\"",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "null",
    };

    private struct WorstElement
    {
        public int Index;
        public double Want, Got, Share;

        public void Add(int index, double want, double got, double rtol, double atol)
        {
            double share;
            if (want == got || (double.IsNaN(want) && double.IsNaN(got)))
                return;
            var tolerance = atol + rtol * Math.Abs(want);
            share = Math.Abs(got - want) / tolerance;
            if (double.IsNaN(share))
                share = double.PositiveInfinity;
            if (share > Share)
                (Index, Want, Got, Share) = (index, want, got, share);
        }
    }
}
