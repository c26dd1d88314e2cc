using System.Diagnostics.CodeAnalysis;
using KohyaPS.Safetensors;

namespace KohyaPS.TensorFiles;

/// <summary>A file of named tensors, open for reading, whatever its format.</summary>
internal interface ITensorFile : IDisposable
{
    /// <summary>Full path.</summary>
    string Path { get; }

    /// <summary>Bytes of the whole file.</summary>
    long SizeBytes { get; }

    /// <summary>The tensors in the order of the file.</summary>
    IReadOnlyList<SafetensorsDeclaration> Tensors { get; }

    /// <summary>Free text of the file; empty where the format or the file has none.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The count of training steps that a pickle may say; null where there is none.</summary>
    long? GlobalStep { get; }

    /// <summary>Looks for a tensor by name.</summary>
    bool TryFind(string name, [NotNullWhen(true)] out SafetensorsDeclaration? tensor);

    /// <summary>Where the numbers of a tensor lie in the file.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor.</exception>
    TensorPlace Locate(string name);

    /// <summary>Address of a place in the file; valid until the file is disposed, read only, not necessarily aligned.</summary>
    unsafe byte* Pointer(TensorPlace place);

    /// <summary>Writes the bytes of a tensor of any size, little-endian and row by row.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor.</exception>
    void CopyTo(string name, Stream target);

    /// <summary>The values of a tensor as float32.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor, or its type has no float32 value.</exception>
    float[] ReadFloats(string name);
}
