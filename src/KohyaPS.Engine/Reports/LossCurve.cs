using System.Globalization;
using System.Text;
using KohyaPS.Files;

namespace KohyaPS.Engine.Reports;

/// <summary>Draws the loss over the steps as an SVG picture: every loss as a faint dot, their moving mean as a line.</summary>
internal static class LossCurve
{
    private const int Width = 720, Height = 360, Left = 64, Right = 16, Top = 36, Bottom = 40;
    private const int MaxDots = 2000;
    private const double DisplayedShare = 0.995;

    /// <summary>Writes the picture.</summary>
    /// <param name="path">The .svg file.</param>
    /// <param name="title">Stands above the curve.</param>
    /// <param name="losses">Loss of each step, the first at index 0.</param>
    public static void Write(string path, string title, IReadOnlyList<double> losses) => AtomicFile.WriteText(path, Draw(title, losses));

    /// <summary>The picture as text.</summary>
    public static string Draw(string title, IReadOnlyList<double> losses)
    {
        var finite = losses.Where(double.IsFinite).Order().ToArray();
        // The few highest losses of a training would flatten all others: they are drawn at the upper edge.
        var top = finite.Length == 0 ? 1 : NiceCeiling(finite[(int)((finite.Length - 1) * DisplayedShare)]);
        double X(int step) => Left + (Width - Left - Right) * (losses.Count > 1 ? (double)step / (losses.Count - 1) : 0.5);
        double Y(double loss) => Top + (Height - Top - Bottom) * (1 - Math.Min(loss, top) / top);

        var svg = new StringBuilder();
        svg.Append(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        svg.Append(Text($"<text x=\"{Left}\" y=\"22\" font-size=\"15\">{Escape(title)}</text>\n"));
        for (var i = 0; i <= 4; i++)
        {
            var value = top * i / 4;
            svg.Append(Text($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\" stroke=\"#ddd\"/>"));
            svg.Append(Text($"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{value:0.####}</text>\n"));
            var step = (int)((losses.Count - 1L) * i / 4);
            svg.Append(Text($"<text x=\"{X(step):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{step + 1}</text>\n"));
        }
        svg.Append(Text($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">step</text>\n"));

        svg.Append("<g fill=\"#4878a8\" fill-opacity=\"0.25\">");
        var stride = Math.Max(1, losses.Count / MaxDots);
        for (var i = 0; i < losses.Count; i += stride)
            if (double.IsFinite(losses[i]))
                svg.Append(Text($"<circle cx=\"{X(i):0.#}\" cy=\"{Y(losses[i]):0.#}\" r=\"1.6\"/>"));
        svg.Append("</g>\n<polyline fill=\"none\" stroke=\"#c03020\" stroke-width=\"2\" points=\"");
        foreach (var (step, mean) in MovingMean(losses, Math.Max(1, losses.Count / 20)))
            svg.Append(Text($"{X(step):0.#},{Y(mean):0.#} "));
        svg.Append("\"/>\n</svg>\n");
        return svg.ToString();
    }

    private static IEnumerable<(int Step, double Mean)> MovingMean(IReadOnlyList<double> losses, int window)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < losses.Count; i++)
        {
            if (double.IsFinite(losses[i]))
                (sum, count) = (sum + losses[i], count + 1);
            if (i >= window && double.IsFinite(losses[i - window]))
                (sum, count) = (sum - losses[i - window], count - 1);
            if (count > 0 && i % Math.Max(1, losses.Count / MaxDots) == 0)
                yield return (i, sum / count);
        }
    }

    // 1, 2, 2.5 or 5 times a power of ten.
    private static double NiceCeiling(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 2, 2.5, 5, 10 }.First(f => f * power >= value * (1 - 1e-12)) * power;
    }

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
