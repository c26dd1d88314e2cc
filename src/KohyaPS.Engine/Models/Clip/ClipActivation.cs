namespace KohyaPS.Engine.Models.Clip;

/// <summary>The nonlinearity of a text encoder's feed-forward part.</summary>
internal enum ClipActivation
{
    /// <summary>x sigmoid(1.702 x): OpenAI's CLIP.</summary>
    QuickGelu,

    /// <summary>The exact GELU: OpenCLIP.</summary>
    Gelu,
}
