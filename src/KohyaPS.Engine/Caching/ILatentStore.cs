namespace KohyaPS.Engine.Caching;

/// <summary>Keeps the latents of pictures between epochs, or between trainings.</summary>
internal interface ILatentStore : IDisposable
{
    /// <summary>True when usable latents of the picture are kept: of its size, with the mirrored ones and the mask where they are needed.</summary>
    bool Contains(RegisteredImage image);

    /// <summary>The file that is there for a picture, whether its latents can be used or not; null where there is none.</summary>
    string? FileOf(RegisteredImage image);

    /// <summary>The latents of a picture that is kept; the tensors are the store's, or belong to the caller's dispose scope.</summary>
    PictureLatents Read(RegisteredImage image);

    /// <summary>Keeps the latents of a picture; the tensors stay the caller's.</summary>
    void Write(RegisteredImage image, PictureLatents latents);
}
