using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>What a text says to a U-Net. Owns its tensors.</summary>
/// <param name="States">[B, L, C] the states of the tokens; of two encoders side by side.</param>
/// <param name="Pooled">[B, P] the text as one vector, for models that take it; null for others.</param>
internal sealed record TextConditions(Tensor States, Tensor? Pooled) : IDisposable
{
    /// <summary>Several texts of one sample each as one batch.</summary>
    public static TextConditions Join(IReadOnlyList<TextConditions> texts)
    {
        using var scope = NewDisposeScope();
        return new TextConditions(
            cat([.. texts.Select(t => t.States)], 0),
            texts[0].Pooled is null ? null : cat([.. texts.Select(t => t.Pooled!)], 0)).MoveToOuterDisposeScope();
    }

    /// <summary>Hands the tensors to the enclosing scope.</summary>
    public TextConditions MoveToOuterDisposeScope()
    {
        States.MoveToOuterDisposeScope();
        Pooled?.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Takes the tensors out of any scope: whoever holds the object owns them.</summary>
    public TextConditions DetachFromDisposeScope()
    {
        States.DetachFromDisposeScope();
        Pooled?.DetachFromDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        States.Dispose();
        Pooled?.Dispose();
    }
}
