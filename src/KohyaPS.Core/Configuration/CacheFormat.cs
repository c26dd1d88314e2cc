namespace KohyaPS;

/// <summary>The files in which latents and text states are kept on disk.</summary>
public enum CacheFormat
{
    /// <summary>Files of KohyaPS in a folder of their own, named by what they were made from. Latents are drawn anew each epoch.</summary>
    [Spelling("kohyaps")]
    KohyaPS,

    /// <summary>The .npz files of sd-scripts beside the pictures, readable by it; one draw of the latents for all epochs.</summary>
    [Spelling("npz")]
    Npz,
}
