namespace KohyaPS;

/// <summary>Optimizer.</summary>
public enum OptimizerType
{
    /// <summary>AdamW.</summary>
    AdamW,

    /// <summary>AdamW with states of 8 bits.</summary>
    AdamW8bit,

    /// <summary>AdamW with states in the host's memory.</summary>
    PagedAdamW,

    /// <summary>AdamW with states in the host's memory.</summary>
    PagedAdamW32bit,

    /// <summary>AdamW with states of 8 bits in the host's memory.</summary>
    PagedAdamW8bit,

    /// <summary>Lion.</summary>
    Lion,

    /// <summary>Lion with states of 8 bits.</summary>
    Lion8bit,

    /// <summary>Lion with states of 8 bits in the host's memory.</summary>
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

    /// <summary>Adam: AdamW with the decay in the gradient.</summary>
    Adam,

    /// <summary>Adam with Nesterov momentum.</summary>
    NAdam,

    /// <summary>Rectified Adam.</summary>
    RAdam,

    /// <summary>RMSprop.</summary>
    RMSprop,

    /// <summary>Adagrad.</summary>
    Adagrad,

    /// <summary>Adamax.</summary>
    Adamax,

    /// <summary>Adadelta.</summary>
    Adadelta,

    /// <summary>Stochastic gradient descent, plain or with momentum.</summary>
    SGD,

    /// <summary>AdEMAMix of bitsandbytes.</summary>
    [Spelling("bitsandbytes.optim.AdEMAMix")]
    AdEMAMix,

    /// <summary>AdEMAMix with states of 8 bits.</summary>
    [Spelling("bitsandbytes.optim.AdEMAMix8bit")]
    AdEMAMix8bit,

    /// <summary>AdEMAMix with states in the host's memory.</summary>
    [Spelling("bitsandbytes.optim.PagedAdEMAMix")]
    PagedAdEMAMix,

    /// <summary>AdEMAMix with states of 8 bits in the host's memory.</summary>
    [Spelling("bitsandbytes.optim.PagedAdEMAMix8bit")]
    PagedAdEMAMix8bit,

    /// <summary>AdEMAMix of pytorch-optimizer.</summary>
    [Spelling("pytorch_optimizer.AdEMAMix")]
    PytorchAdEMAMix,

    /// <summary>CAME of pytorch-optimizer.</summary>
    [Spelling("pytorch_optimizer.CAME", "came_pytorch.CAME", "came_pytorch.CAME.CAME", "came.CAME", "LoraEasyCustomOptimizer.came.CAME")]
    CAME,

    /// <summary>Prodigy with averaged weights.</summary>
    [Spelling("prodigyplus.ProdigyPlusScheduleFree")]
    ProdigyPlusScheduleFree,
}
