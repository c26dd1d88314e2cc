namespace KohyaPS.Engine.Training.Objectives;

/// <summary>
/// The running average that trainers log: the mean, over the places of an epoch, of the latest loss at each place. In the first epoch it is the plain running mean.
/// </summary>
internal sealed class LossAverage
{
    private readonly List<double> latest = [];
    private double total;

    /// <summary>An empty average.</summary>
    public LossAverage()
    {
    }

    /// <summary>Continues from a saved state.</summary>
    /// <param name="latest">What <see cref="Latest"/> held.</param>
    public LossAverage(IEnumerable<double> latest)
    {
        this.latest.AddRange(latest);
        total = this.latest.Sum();
    }

    /// <summary>The latest loss at each place of the epoch: all there is to save.</summary>
    public IReadOnlyList<double> Latest => latest;

    /// <summary>The average; 0 before the first loss.</summary>
    public double Value => latest.Count == 0 ? 0 : total / latest.Count;

    /// <summary>Takes the loss of one micro-batch.</summary>
    /// <param name="place">Place of the micro-batch in its epoch, from 0; places that were never filled count as 0.</param>
    /// <param name="loss">Its loss.</param>
    public void Add(int place, double loss)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        while (latest.Count <= place)
            latest.Add(0);
        total += loss - latest[place];
        latest[place] = loss;
    }
}
