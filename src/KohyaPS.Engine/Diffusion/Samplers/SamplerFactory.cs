namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>A sampler by its name.</summary>
internal static class SamplerFactory
{
    /// <summary>The sampler that a setting or a prompt names.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps, 1 to 1000.</param>
    /// <param name="options">Choices.</param>
    public static ISampler Create(SampleSampler name, NoiseSchedule schedule, int steps, SamplerOptions options) => name switch
    {
        SampleSampler.Ddim => new DdimSampler(schedule, steps, options),
        SampleSampler.Pndm => new PndmSampler(schedule, steps, options),
        SampleSampler.Lms or SampleSampler.KLms => new LmsSampler(schedule, steps, options),
        SampleSampler.Euler or SampleSampler.KEuler => new EulerSampler(schedule, steps, options, isAncestral: false),
        SampleSampler.EulerA or SampleSampler.KEulerA => new EulerSampler(schedule, steps, options, isAncestral: true),
        SampleSampler.Heun => new HeunSampler(schedule, steps, options),
        SampleSampler.Dpm2 or SampleSampler.KDpm2 => new Dpm2Sampler(schedule, steps, options, isAncestral: false),
        SampleSampler.Dpm2A or SampleSampler.KDpm2A => new Dpm2Sampler(schedule, steps, options, isAncestral: true),
        SampleSampler.Dpmsolver => new DpmSolverSampler(schedule, steps, options, isPlusPlus: false),
        SampleSampler.DpmsolverPlus => new DpmSolverSampler(schedule, steps, options, isPlusPlus: true),
        SampleSampler.Dpmsingle => new DpmSingleSampler(schedule, steps, options),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such sampler. Take one of those that SampleSampler lists."),
    };
}
