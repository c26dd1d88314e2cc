namespace KohyaPS.Engine.Training.Batches;

/// <summary>Gives the latents of samples; the same sample of the same epoch always has the same.</summary>
internal interface ILatentSource : IDisposable
{
    /// <summary>Tells which samples are taken soon, so that their pictures can be read in the background. Never changes a result.</summary>
    void Expect(int epoch, IReadOnlyList<BatchSample> samples);

    /// <summary>The latents of a batch's samples; the tensors belong to the source or to the caller's dispose scope.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="samples">Samples of one bucket.</param>
    IReadOnlyList<SampleLatents> Take(int epoch, IReadOnlyList<BatchSample> samples);
}
