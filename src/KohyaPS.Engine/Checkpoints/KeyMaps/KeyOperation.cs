namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>What turns a stored tensor into the one that the blocks read.</summary>
internal enum KeyOperation
{
    /// <summary>Nothing.</summary>
    Same,

    /// <summary>Drop trailing dimensions of 1 beyond the second: a 1x1 convolution read as a matrix.</summary>
    Squeeze,

    /// <summary>Swap the two dimensions.</summary>
    Transpose,

    /// <summary>First third of the rows: the query of a fused projection.</summary>
    RowsQ,

    /// <summary>Second third: the key.</summary>
    RowsK,

    /// <summary>Last third: the value.</summary>
    RowsV,
}
