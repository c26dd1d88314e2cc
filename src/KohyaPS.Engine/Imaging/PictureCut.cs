namespace KohyaPS.Engine.Imaging;

/// <summary>What is taken of a picture: the size it is resized to, and the piece of that which is kept. A mask is cut as its picture is.</summary>
/// <param name="Resized">The size of the whole picture after resizing.</param>
/// <param name="Window">The piece that is kept, in pixels of the resized picture.</param>
internal readonly record struct PictureCut(ImageSize Resized, PixelWindow Window);
