namespace KohyaPS.Datasets;

/// <summary>The random numbers of one sample, in the order they are asked for; tests pass recorded ones.</summary>
public interface ISampleDraws
{
    /// <summary>Uniform in [0, 1).</summary>
    double Next();

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    int Between(int low, int high);

    /// <summary>Uniform between two numbers.</summary>
    double Uniform(double low, double high);

    /// <summary>An index below <paramref name="count"/>.</summary>
    int Choose(int count);

    /// <summary>Shuffles a list in place.</summary>
    void Shuffle<T>(IList<T> items);
}
