namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>Where one tensor of a model part lies in a file.</summary>
/// <param name="Name">Its diffusers name.</param>
/// <param name="FileKey">The key in the file.</param>
/// <param name="Operation">What turns the stored tensor into the named one.</param>
internal sealed record KeyMapping(string Name, string FileKey, KeyOperation Operation = KeyOperation.Same);
