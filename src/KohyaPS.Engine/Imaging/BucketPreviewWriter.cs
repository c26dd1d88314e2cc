namespace KohyaPS.Engine.Imaging;

/// <summary>Writes pictures as a training sees them, through the code that loads them for it.</summary>
public static class BucketPreviewWriter
{
    private const int ThumbnailSide = 192;

    /// <summary>Writes all pictures of a plan; what cannot be read or written is named, and the next one follows.</summary>
    /// <param name="plan">What goes where.</param>
    /// <param name="written">Told of each picture that is written.</param>
    /// <param name="failed">Told of each file that is not, and why.</param>
    /// <param name="progress">Told how many of how many are done.</param>
    /// <param name="stop">Ends the work between two pictures.</param>
    public static void Write(BucketPreviewPlan plan, Action<BucketPreview> written, Action<string, Exception> failed, Action<int, int> progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(failed);
        ArgumentNullException.ThrowIfNull(progress);
        var (done, all) = (0, plan.ImageCount);
        foreach (var bucket in plan.Buckets)
        {
            var thumbnails = new List<PixelBuffer>();
            var sheets = new Queue<string>(bucket.Sheets);
            try
            {
                foreach (var (image, path) in bucket.Images)
                {
                    stop.ThrowIfCancellationRequested();
                    progress(done++, all);
                    Attempt(image.Image.Path, failed, () =>
                    {
                        using var pixels = Load(image);
                        PngFile.Write(path, pixels);
                        written(Describe(image, path));
                        if (bucket.Sheets.Count > 0)
                            thumbnails.Add(Shrink(pixels));
                    });
                    if (thumbnails.Count == BucketPreviewPlan.SheetImages)
                        WriteSheet(sheets.Dequeue(), thumbnails, failed);
                }
                if (thumbnails.Count > 0)
                    WriteSheet(sheets.Dequeue(), thumbnails, failed);
            }
            finally
            {
                thumbnails.ForEach(thumbnail => thumbnail.Dispose());
            }
        }
    }

    private static void Attempt(string subject, Action<string, Exception> failed, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            failed(subject, e);
        }
    }

    // Alpha is a weight of the loss, if anything, and no colour.
    private static PixelBuffer Load(RegisteredImage image)
    {
        var sample = ImageLoader.LoadSample(image, draws: null);
        sample.MaskPixels?.Dispose();
        if (sample.Pixels.Channels == 3)
            return sample.Pixels;
        using var source = sample.Pixels;
        var colours = new PixelBuffer(source.Width, source.Height, 3);
        for (var i = 0; i < source.Width * source.Height; i++)
            source.Pixels.Slice(i * source.Channels, 3).CopyTo(colours.Pixels[(i * 3)..]);
        return colours;
    }

    private static BucketPreview Describe(RegisteredImage image, string path)
    {
        var cut = PictureFitter.CutOf(image.Assignment, image.Image.Subset.Settings, draws: null);
        return new()
        {
            Source = image.Image.Path,
            Size = image.Image.Size,
            Bucket = image.Assignment.Bucket,
            Scaled = cut.Resized,
            Crop = new(cut.Window.Left, cut.Window.Top, cut.Window.Width, cut.Window.Height),
            Path = path,
        };
    }

    private static PixelBuffer Shrink(PixelBuffer picture)
    {
        var scale = Math.Min(1, (double)ThumbnailSide / Math.Max(picture.Width, picture.Height));
        var size = new ImageSize(Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale)));
        return Resizing.PictureResizer.Resize(picture, size, PixelWindow.Whole(size), ResizeInterpolation.Area);
    }

    private static void WriteSheet(string path, List<PixelBuffer> thumbnails, Action<string, Exception> failed)
    {
        Attempt(path, failed, () =>
        {
            var columns = (int)Math.Ceiling(Math.Sqrt(thumbnails.Count));
            using var sheet = ContactSheet.Compose([.. thumbnails.Chunk(columns)]);
            PngFile.Write(path, sheet);
        });
        thumbnails.ForEach(thumbnail => thumbnail.Dispose());
        thumbnails.Clear();
    }
}
