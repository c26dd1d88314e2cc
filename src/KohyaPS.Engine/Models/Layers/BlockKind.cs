namespace KohyaPS.Engine.Models.Layers;

/// <summary>The blocks inside which adapter networks look for layers.</summary>
internal enum BlockKind
{
    /// <summary>None of the others: conv_in, conv_out, the time and label embeddings, the text projection.</summary>
    Other,

    /// <summary>A transformer of the U-Net (Transformer2DModel).</summary>
    Transformer,

    /// <summary>A residual convolution block (ResnetBlock2D).</summary>
    ResBlock,

    /// <summary>A convolution that halves the size (Downsample2D).</summary>
    Downsample,

    /// <summary>A convolution after doubling the size (Upsample2D).</summary>
    Upsample,

    /// <summary>The attention of a text encoder layer (CLIPAttention).</summary>
    TextAttention,

    /// <summary>The feed-forward part of a text encoder layer (CLIPMLP).</summary>
    TextMlp,
}
