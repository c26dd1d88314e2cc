namespace KohyaPS;

/// <summary>What only the LyCORIS networks know.</summary>
public sealed record LycorisSettings : SettingGroup
{
    /// <summary>LyCORIS algorithm.</summary>
    [Setting]
    public LycorisAlgorithm Algo { get; init; }

    /// <summary>LyCORIS preset of target layers, or the path of a TOML preset.</summary>
    [Setting]
    public string Preset { get; init; } = "full";

    /// <summary>Decompose convolutions (Tucker, formerly called CP).</summary>
    [Setting(Aliases = ["UseCp"])]
    public bool UseTucker { get; init; }

    /// <summary>LoKr: factor of the Kronecker split; -1 chooses it.</summary>
    [Setting(Gui = "factor", Minimum = -1)]
    public int Factor { get; init; } = -1;

    /// <summary>LoKr: decompose both Kronecker factors.</summary>
    [Setting(Gui = "decompose_both")]
    public bool DecomposeBoth { get; init; }

    /// <summary>LoKr: never decompose the second matrix.</summary>
    [Setting]
    public bool FullMatrix { get; init; }

    /// <summary>LoKr: split unevenly.</summary>
    [Setting]
    public bool UnbalancedFactorization { get; init; }

    /// <summary>iA3: scale the input instead of the output.</summary>
    [Setting(Gui = "train_on_input")]
    public bool TrainOnInput { get; init; } = true;

    /// <summary>Train a scalar instead of starting a matrix at zero.</summary>
    [Setting]
    public bool UseScalar { get; init; }

    /// <summary>Train normalisation layers too.</summary>
    [Setting]
    public bool TrainNorm { get; init; }

    /// <summary>Decompose weights into direction and magnitude (DoRA).</summary>
    [Setting]
    public bool DoraWd { get; init; }

    /// <summary>DoRA: take norms over the output dimension.</summary>
    [Setting]
    public bool WdOnOutput { get; init; } = true;

    /// <summary>Add the adapter's output instead of changing the weight.</summary>
    [Setting]
    public bool BypassMode { get; init; }

    /// <summary>Divide alpha by the square root of the rank.</summary>
    [Setting]
    public bool RsLora { get; init; }

    /// <summary>OFT, BOFT: learn a rescaling.</summary>
    [Setting]
    public bool Rescaled { get; init; }

    /// <summary>OFT, BOFT: largest norm of the rotation; 0 sets none.</summary>
    [Setting(Minimum = 0)]
    public double Constraint { get; init; }

    /// <summary>Rescale what rank dropout leaves.</summary>
    [Setting]
    public bool RankDropoutScale { get; init; }
}
