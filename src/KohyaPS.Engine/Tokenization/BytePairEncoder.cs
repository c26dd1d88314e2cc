using System.Text;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Byte-pair encoding (Sennrich, Haddow, Birch 2016) over UTF-8 bytes: while any neighbours have a merge, all occurrences of the best pair are merged
/// from left to right. A heap of candidates over a linked list of symbols makes it n log n, so that a hostile word of a megabyte costs no more than its share.
/// </summary>
internal sealed class BytePairEncoder(ClipVocabulary vocabulary)
{
    /// <summary>Appends the symbols of one word.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        if (word.IsEmpty)
            return;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(word.Length)];
        var length = Encoding.UTF8.GetBytes(word, bytes);
        var chain = new SymbolChain(vocabulary, bytes.AsSpan(0, length));
        chain.MergeAll();
        chain.CopyTo(output);
    }

    /// <summary>The symbols of a word as a doubly linked list; merging keeps the left node and drops the right one.</summary>
    private sealed class SymbolChain
    {
        private const int None = -1;
        private readonly ClipVocabulary vocabulary;
        private readonly int[] symbol, next, previous;
        private readonly PriorityQueue<Candidate, (int Rank, int Position)> candidates = new();

        public SymbolChain(ClipVocabulary vocabulary, ReadOnlySpan<byte> bytes)
        {
            this.vocabulary = vocabulary;
            symbol = new int[bytes.Length];
            next = new int[bytes.Length];
            previous = new int[bytes.Length];
            for (var i = 0; i < bytes.Length; i++)
            {
                symbol[i] = i < bytes.Length - 1 ? vocabulary.SymbolOfByte(bytes[i]) : vocabulary.SymbolOfLastByte(bytes[i]);
                previous[i] = i - 1;
                next[i] = i < bytes.Length - 1 ? i + 1 : None;
            }
            for (var i = 0; i < bytes.Length - 1; i++)
                Propose(i);
        }

        public void MergeAll()
        {
            // All candidates of the best rank are taken out before the first is merged: pairs that a merge creates wait for the next round, as in the original.
            var round = new List<Candidate>();
            while (candidates.TryDequeue(out var first, out var best))
            {
                round.Clear();
                round.Add(first);
                while (candidates.TryPeek(out var another, out var key) && key.Rank == best.Rank)
                {
                    round.Add(another);
                    candidates.Dequeue();
                }
                foreach (var candidate in round)
                    Merge(candidate);
            }
        }

        public void CopyTo(List<int> output)
        {
            for (var i = 0; i != None; i = next[i])
                output.Add(symbol[i]);
        }

        private void Propose(int left)
        {
            var right = next[left];
            if (right != None && vocabulary.FindMerge(symbol[left], symbol[right]) is { } merge)
                candidates.Enqueue(new(left, symbol[left], symbol[right], merge.Symbol), (merge.Rank, left));
        }

        private void Merge(Candidate candidate)
        {
            var left = candidate.Position;
            var right = next[left];
            // Stale: one of the two was merged into something else meanwhile.
            if (right == None || symbol[left] != candidate.Left || symbol[right] != candidate.Right)
                return;
            symbol[left] = candidate.Merged;
            next[left] = next[right];
            if (next[right] != None)
                previous[next[right]] = left;
            symbol[right] = None;
            if (previous[left] != None)
                Propose(previous[left]);
            Propose(left);
        }

        private readonly record struct Candidate(int Position, int Left, int Right, int Merged);
    }
}
