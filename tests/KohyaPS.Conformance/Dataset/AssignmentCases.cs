using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Bucket lists, and for many picture sizes the bucket, the resized size, the trim and the size conditioning.</summary>
internal static class AssignmentCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        var settings = ConfigFrom.Settings(recorded.Settings).Buckets;
        if (recorded.IsError)
        {
            check.True("the settings should be refused", Refuses(() => _ = new BucketPlanner(settings)));
            return;
        }
        var planner = new BucketPlanner(settings);
        var expected = recorded.Expected;
        CompareLists(settings, planner, expected, check);
        var sizes = recorded.Document.GetProperty("inputs").GetProperty("image_sizes").EnumerateArray().Select(SizeOf).ToList();
        var columns = recorded.Document.GetProperty("columns").EnumerateArray().Select((column, index) => (column.GetString()!, index)).ToDictionary();
        foreach (var (size, row) in sizes.Zip(expected.GetProperty("assignments").EnumerateArray()))
        {
            if (row.ValueKind == JsonValueKind.Object || row[columns["bucket_w"]].GetInt32() == 0 || row[columns["bucket_h"]].GetInt32() == 0)
                check.True($"{size} should be refused", Refuses(() => planner.Assign(size)));
            else
                Compare(size, planner.Assign(size), name => row[columns[name]].GetDouble(), check);
        }
    }

    private static void CompareLists(BucketsSettings settings, BucketPlanner planner, JsonElement expected, GoldenCheck check)
    {
        if (expected.TryGetProperty("min_bucket_reso", out var minimum))
            check.Equal("min_bucket_reso", minimum.GetInt32(), planner.MinBucketReso);
        if (expected.TryGetProperty("max_bucket_reso", out var maximum))
            check.Equal("max_bucket_reso", maximum.GetInt32(), planner.MaxBucketReso);
        if (expected.TryGetProperty("bucket_list", out var list))
            check.EqualList("bucket_list", [.. list.EnumerateArray().Select(SizeOf)], planner.Buckets);
        if (expected.TryGetProperty("bucket_list_k21", out var old))
            check.EqualList("bucket_list_k21", [.. old.EnumerateArray().Select(SizeOf)],
                BucketList.Kohya2188(new(settings.Resolution.Width, settings.Resolution.Height), settings.MinBucketReso, settings.MaxBucketReso, settings.BucketResoSteps));
    }

    private static void Compare(ImageSize size, BucketAssignment got, Func<string, double> want, GoldenCheck check)
    {
        check.Equal($"{size}: bucket", new((int)want("bucket_w"), (int)want("bucket_h")), got.Bucket);
        check.Equal($"{size}: resized", new((int)want("resized_w"), (int)want("resized_h")), got.Resized);
        check.Close($"{size}: ar_error", want("ar_error"), got.AspectError, rtol: 0, atol: 1e-15);
        check.Equal($"{size}: trim", ((int)want("trim_x"), (int)want("trim_y")), (got.CropLeft, got.CropTop));
        var box = SizeConditioning.CropBox(size, got.Bucket);
        check.Close($"{size}: crop box", [want("crop_left"), want("crop_top"), want("crop_right"), want("crop_bottom")],
            [box.Left, box.Top, box.Right, box.Bottom], rtol: 0, atol: 1e-9);
        // Floating noise can make the peer say -1; right: at least 0.
        var (plain, flipped) = (SizeConditioning.Of(size, got.Bucket, isFlipped: false), SizeConditioning.Of(size, got.Bucket, isFlipped: true));
        check.Equal($"{size}: conditioning", (Math.Max(0, (int)want("cond_top")), Math.Max(0, (int)want("cond_left"))), (plain.CropTop, plain.CropLeft));
        check.Equal($"{size}: flipped conditioning", (Math.Max(0, (int)want("cond_top_flipped")), Math.Max(0, (int)want("cond_left_flipped"))), (flipped.CropTop, flipped.CropLeft));
    }

    internal static ImageSize SizeOf(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());

    internal static bool Refuses(Action act)
    {
        try
        {
            act();
            return false;
        }
        catch (DatasetException)
        {
            return true;
        }
    }
}
