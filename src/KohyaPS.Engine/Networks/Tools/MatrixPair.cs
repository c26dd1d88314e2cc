using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>The two keys of a low-rank module, in whichever words its trainer has for them.</summary>
/// <param name="Module">What stands before the words.</param>
/// <param name="Down">Key of the matrix that leads to the rank.</param>
/// <param name="Up">Key of the matrix that leads from it.</param>
internal sealed record MatrixPair(string Module, string Down, string Up)
{
    // kohya, PEFT, ControlLoRA; with and without "weight".
    private static readonly (string Down, string Up)[] Words =
    [
        ("lora_down.weight", "lora_up.weight"), ("lora_down", "lora_up"), ("lora_A.weight", "lora_B.weight"), ("lora_A", "lora_B"),
        ("down.weight", "up.weight"), ("down", "up"),
    ];

    /// <summary>Key of the module's alpha, whether or not there is one.</summary>
    public string Alpha => Module + ".alpha";

    /// <summary>The pairs of a file, in the order of their down matrices.</summary>
    public static IReadOnlyList<MatrixPair> In(TensorFileStore store)
    {
        var pairs = new List<MatrixPair>();
        foreach (var name in store.Names)
        {
            foreach (var (down, up) in Words)
            {
                if (!name.EndsWith("." + down, StringComparison.Ordinal))
                    continue;
                var module = name[..^(down.Length + 1)];
                if (store.Contains($"{module}.{up}"))
                    pairs.Add(new(module, name, $"{module}.{up}"));
                break;
            }
        }
        return pairs;
    }

    /// <summary>Refuses matrices that do not fit together.</summary>
    public void RequireFit(TensorFileStore store)
    {
        long[] down = store.Shape(Down), up = store.Shape(Up);
        if (down.Length is not (2 or 4) || up.Length is not (2 or 4) || down[0] != up[1] || down[0] == 0 || up[2..].Any(d => d != 1))
            throw new CheckpointFormatException($"The matrices of '{Module}' of '{store.Path}' do not fit: down [{string.Join(", ", down)}], up [{string.Join(", ", up)}]. Look at the file with Test-LoraNetwork, and get it again.");
    }
}
