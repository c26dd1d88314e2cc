namespace KohyaPS;

/// <summary>Optimizer.</summary>
public enum OptimizerType
{
    /// <summary>AdamW.</summary>
    AdamW,

    /// <summary>AdamW with states of 8 bits.</summary>
    AdamW8bit,

    /// <summary>AdamW; paging is a matter of CUDA only.</summary>
    PagedAdamW,

    /// <summary>AdamW; paging is a matter of CUDA only.</summary>
    PagedAdamW32bit,

    /// <summary>AdamW with states of 8 bits.</summary>
    PagedAdamW8bit,

    /// <summary>Lion.</summary>
    Lion,

    /// <summary>Lion with states of 8 bits.</summary>
    Lion8bit,

    /// <summary>Lion with states of 8 bits.</summary>
    PagedLion8bit,

    /// <summary>Stochastic gradient descent with Nesterov momentum.</summary>
    SGDNesterov,

    /// <summary>The same with states of 8 bits.</summary>
    SGDNesterov8bit,

    /// <summary>D-Adaptation, the same as DAdaptAdamPreprint.</summary>
    DAdaptation,

    /// <summary>D-Adaptation Adam of the preprint.</summary>
    DAdaptAdamPreprint,

    /// <summary>D-Adaptation AdaGrad.</summary>
    DAdaptAdaGrad,

    /// <summary>D-Adaptation Adam.</summary>
    DAdaptAdam,

    /// <summary>D-Adaptation Adan.</summary>
    DAdaptAdan,

    /// <summary>D-Adaptation Adan, experimental variant.</summary>
    DAdaptAdanIP,

    /// <summary>D-Adaptation Lion.</summary>
    DAdaptLion,

    /// <summary>D-Adaptation SGD.</summary>
    DAdaptSGD,

    /// <summary>Prodigy.</summary>
    Prodigy,

    /// <summary>Adafactor.</summary>
    Adafactor,

    /// <summary>Schedule-free RAdam.</summary>
    RAdamScheduleFree,

    /// <summary>Schedule-free AdamW.</summary>
    AdamWScheduleFree,

    /// <summary>Schedule-free SGD.</summary>
    SGDScheduleFree,
}
