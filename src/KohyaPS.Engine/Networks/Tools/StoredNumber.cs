using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Reads the single numbers that modules carry: alpha in any type, of no or one dimension.</summary>
internal static class StoredNumber
{
    /// <summary>The number; null where the module has none.</summary>
    /// <param name="store">The file.</param>
    /// <param name="module">The module, for the message.</param>
    /// <param name="roles">Its keys by role.</param>
    /// <param name="role">Which number.</param>
    /// <exception cref="CheckpointFormatException">It is not one number.</exception>
    public static double? Find(TensorFileStore store, string module, IReadOnlyDictionary<string, string> roles, string role)
    {
        if (!roles.TryGetValue(role, out var key))
            return null;
        return store[key].ElementCount == 1
            ? store.File.ReadFloats(key)[0]
            : throw new CheckpointFormatException($"The {role} of '{module}' of '{store.Path}' is not one number. Look at the file with Test-LoraNetwork, and get it again.");
    }
}
