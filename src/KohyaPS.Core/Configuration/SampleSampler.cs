namespace KohyaPS;

/// <summary>Sampler of sample pictures.</summary>
public enum SampleSampler
{
    /// <summary>DDIM.</summary>
    [Spelling("ddim")]
    Ddim,

    /// <summary>PNDM.</summary>
    [Spelling("pndm")]
    Pndm,

    /// <summary>Linear multistep.</summary>
    [Spelling("lms")]
    Lms,

    /// <summary>Euler.</summary>
    [Spelling("euler")]
    Euler,

    /// <summary>Euler ancestral.</summary>
    [Spelling("euler_a")]
    EulerA,

    /// <summary>Heun.</summary>
    [Spelling("heun")]
    Heun,

    /// <summary>DPM 2.</summary>
    [Spelling("dpm_2")]
    Dpm2,

    /// <summary>DPM 2 ancestral.</summary>
    [Spelling("dpm_2_a")]
    Dpm2A,

    /// <summary>DPM-Solver, multistep.</summary>
    [Spelling("dpmsolver")]
    Dpmsolver,

    /// <summary>DPM-Solver++, multistep.</summary>
    [Spelling("dpmsolver++")]
    DpmsolverPlus,

    /// <summary>DPM-Solver++, single step.</summary>
    [Spelling("dpmsingle")]
    Dpmsingle,

    /// <summary>The same as lms.</summary>
    [Spelling("k_lms")]
    KLms,

    /// <summary>The same as euler.</summary>
    [Spelling("k_euler")]
    KEuler,

    /// <summary>The same as euler_a.</summary>
    [Spelling("k_euler_a")]
    KEulerA,

    /// <summary>The same as dpm_2.</summary>
    [Spelling("k_dpm_2")]
    KDpm2,

    /// <summary>The same as dpm_2_a.</summary>
    [Spelling("k_dpm_2_a")]
    KDpm2A,
}
