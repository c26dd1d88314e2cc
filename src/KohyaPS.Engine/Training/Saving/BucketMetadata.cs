using System.Globalization;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>ss_bucket_info: how many samples have which size.</summary>
internal static class BucketMetadata
{
    // Below this many numbers NumPy sums in eight interleaved rows; above it, in halves.
    private const int Rows = 8, Block = 128;

    /// <summary>Sizes with their samples of an epoch; null without buckets.</summary>
    public static Dictionary<string, object?>? Of(BucketedDataset dataset)
    {
        if (!dataset.Dataset.Buckets.EnableBucket)
            return null;
        var sizes = dataset.Buckets.Select((bucket, index) => KeyValuePair.Create(index.ToString(CultureInfo.InvariantCulture), new Dictionary<string, object?>
        {
            ["resolution"] = new[] { bucket.Size.Width, bucket.Size.Height },
            ["count"] = bucket.SampleCount,
        }));
        return new()
        {
            ["buckets"] = sizes.ToDictionary(),
            ["mean_img_ar_error"] = Mean([.. dataset.Images.Select(image => Math.Abs(image.Assignment.AspectError))]),
        };
    }

    /// <summary>The mean as numpy.mean rounds it, so that the text is the same to the last digit.</summary>
    internal static double Mean(ReadOnlySpan<double> numbers) => numbers.IsEmpty ? 0 : Sum(numbers) / numbers.Length;

    private static double Sum(ReadOnlySpan<double> numbers)
    {
        if (numbers.Length > Block)
        {
            var half = numbers.Length / 2;
            half -= half % Rows;
            return Sum(numbers[..half]) + Sum(numbers[half..]);
        }
        var (sum, at) = (0.0, 0);
        if (numbers.Length >= Rows)
        {
            Span<double> r = stackalloc double[Rows];
            for (; at + Rows <= numbers.Length; at += Rows)
                for (var i = 0; i < Rows; i++)
                    r[i] += numbers[at + i];
            sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
        }
        for (; at < numbers.Length; at++)
            sum += numbers[at];
        return sum;
    }
}
