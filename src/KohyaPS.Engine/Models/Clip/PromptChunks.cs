using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>Long prompts: several chunks of 77 tokens, encoded one by one and joined to one context.</summary>
internal static class PromptChunks
{
    /// <summary>Tokens of a chunk between its start and end token.</summary>
    public const int Body = 75;

    /// <summary>
    /// The first state of the first chunk, the states 1 to 75 of every chunk, the last state of the last chunk: 75 n + 2 states.
    /// </summary>
    /// <param name="states">[B n, 77, C], the chunks of a prompt one after the other.</param>
    /// <param name="chunks">n</param>
    /// <returns>[B, 75 n + 2, C]; for one chunk the states as they are.</returns>
    public static Tensor Join(Tensor states, int chunks)
    {
        if (chunks == 1)
            return states.alias();
        using var scope = NewDisposeScope();
        var (length, width) = (states.size(1), states.size(2));
        var grouped = states.view(-1, chunks, length, width);                                                   // [B, n, 77, C]
        var bodies = grouped.narrow(2, 1, length - 2).reshape(-1, chunks * (length - 2), width);                // [B, 75 n, C]
        var first = grouped.narrow(1, 0, 1).narrow(2, 0, 1).reshape(-1, 1, width);
        var last = grouped.narrow(1, chunks - 1, 1).narrow(2, length - 1, 1).reshape(-1, 1, width);
        return cat([first, bodies, last], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Multiplies joined states by the weights of their tokens. Of several chunks the first and the last state keep weight 1.
    /// </summary>
    /// <param name="joined">[B, 75 n + 2, C]</param>
    /// <param name="weights">[B, n, 77] float32, the weight of each token of each chunk.</param>
    /// <returns>The same shape and type.</returns>
    public static Tensor Weighted(Tensor joined, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var (batch, chunks, length) = (weights.size(0), (int)weights.size(1), weights.size(2));
        var joinedWeights = Join(weights.reshape(batch * chunks, length, 1), chunks).clone();                   // [B, 75 n + 2, 1]
        if (chunks > 1)
        {
            joinedWeights.narrow(1, 0, 1).fill_(1);
            joinedWeights.narrow(1, joinedWeights.size(1) - 1, 1).fill_(1);
        }
        return (joined * joinedWeights.to(joined.dtype)).MoveToOuterDisposeScope();
    }
}
