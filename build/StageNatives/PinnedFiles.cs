namespace KohyaPS.Build.StageNatives;

/// <summary>The natives that training needs, out of the packages TorchSharp 0.107.0 and libtorch 2.10.0, with the SHA-256 of each.</summary>
/// <remarks>
/// A new version of a package means new hashes here: restore it, look at what changed, run the packaging tests (imports against exports), and
/// then write down what `sha256sum` says.
/// </remarks>
internal static class PinnedFiles
{
    /// <summary>The files of one system.</summary>
    public static IReadOnlyList<PinnedFile> For(string rid) => rid switch
    {
        "linux-x64" =>
        [
            new("libtorch_cpu.so", PinnedPackage.Libtorch, "0f4b3e14ed8468219fefe110605e741afc6bfbec27cc777a224301edb9f24c41"),
            new("libtorch.so", PinnedPackage.Libtorch, "aaa36e9d80c624fc796e0fd591ebe7a59262814f57bc639ec20f6ae91fadb760"),
            new("libc10.so", PinnedPackage.Libtorch, "5a54a1c71c90df5011b20529bba91bcd160871c7cb19f33d9da8e73f9c45fbbc"),
            new("libgomp-98b21ff3.so.1", PinnedPackage.Libtorch, "6b254201cafdc5389580d77139398a298f63ce3b139cfbcceade961ac0d721cb"),
            // Debian 12 and Ubuntu 22.04 have GLIBCXX_3.4.30; nothing in the file uses the one symbol of 3.4.32.
            new("libLibTorchSharp.so", PinnedPackage.TorchSharp, "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8", WeakNeed: "GLIBCXX_3.4.32"),
        ],
        "win-x64" =>
        [
            new("torch_cpu.dll", PinnedPackage.Libtorch, "c75772dea925c23ea45fbf39502d48d4e87350249e75050d43bea2c12fdd3a1b"),
            new("c10.dll", PinnedPackage.Libtorch, "a057ab00ec2edceec9198e87bd417843489f9bb4b937ff2cf22503e699383063"),
            new("libiomp5md.dll", PinnedPackage.Libtorch, "d41a71c38f627a95748596820ab380135dcccc4ceecd6fe7d4e247d015bf55a4"),
            new("LibTorchSharp.dll", PinnedPackage.TorchSharp, "8552d2fd6d045a5a9fd2315300f6f6aac7770433beeb4a743e22d59d77ed1858"),
        ],
        _ => throw new ArgumentException($"No natives are known for '{rid}'. Known: linux-x64, win-x64."),
    };
}
