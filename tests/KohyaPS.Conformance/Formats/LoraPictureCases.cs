using System.Text.Json;
using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Sampling;

namespace KohyaPS.Conformance.Formats;

/// <summary>Pictures of the demo's model without and with a LoRA that the peer trained: the colours of a 4×4 grid and the shares of pixels near given colours.</summary>
internal static class LoraPictureCases
{
    public static void Replay(string json, JsonElement recorded, GoldenCheck check)
    {
        var stem = json[..^".json".Length];
        using var noise = GoldenTensors.Beside(stem + "-noise.json");
        if (noise is null)
            GoldenCheck.Skip("the initial noise is not beside the record");
        var request = Request(recorded);
        Compare(recorded, "before", request, noise!, check);
        Compare(recorded, "after", request with { Lora = stem + "-by-sd-scripts.safetensors" }, noise!, check);
    }

    private static GenerationRequest Request(JsonElement recorded)
    {
        var sampler = recorded.GetProperty("sampler");
        var size = sampler.GetProperty("size");
        return new(Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors"), [.. recorded.GetProperty("prompts").EnumerateArray().Select(p => p.GetString()!)])
        {
            Steps = sampler.GetProperty("steps").GetInt32(),
            GuidanceScale = sampler.GetProperty("guidance").GetDouble(),
            Height = size[0].GetInt32(),
            Width = size[1].GetInt32(),
        };
    }

    private static void Compare(JsonElement recorded, string which, GenerationRequest request, GoldenTensors noise, GoldenCheck check)
    {
        var expected = recorded.GetProperty("expected").GetProperty(which);
        var tolerance = recorded.GetProperty("tolerance");
        var colours = recorded.GetProperty("colours").EnumerateObject().Select(c => Doubles(c.Value)).ToList();
        var near = recorded.GetProperty("near").GetDouble();
        using var generator = new ImageGenerator(request);
        using var first = noise["noise"];
        var shares = new double[colours.Count];
        for (var i = 0; i < request.Prompts.Count; i++)
        {
            using var start = first.narrow(0, i, 1);
            var picture = generator.Draw(request, request.Prompts[i], start, CancellationToken.None);
            check.Close($"{which}: grid of '{request.Prompts[i]}'", Flat(expected.GetProperty("grid_4x4")[i]), Grid(picture, 4), 0, tolerance.GetProperty("grid_4x4").GetDouble());
            for (var c = 0; c < shares.Length; c++)
                shares[c] += Share(picture, colours[c], near) / request.Prompts.Count;
        }
        check.Close($"{which}: shares", Doubles(expected.GetProperty("shares_mean")), shares, 0, tolerance.GetProperty("shares_mean").GetDouble());
    }

    private static double[] Grid(PixelBuffer picture, int cells)
    {
        int width = picture.Width / cells, height = picture.Height / cells;
        var means = new double[cells * cells * 3];
        for (var y = 0; y < height * cells; y++)
        {
            for (var x = 0; x < width * cells; x++)
            {
                for (var c = 0; c < 3; c++)
                    means[(y / height * cells + x / width) * 3 + c] += picture.Pixels[(y * picture.Width + x) * 3 + c] / (double)(width * height);
            }
        }
        return means;
    }

    private static double Share(PixelBuffer picture, double[] colour, double near)
    {
        var hits = 0;
        for (var i = 0; i < picture.Width * picture.Height; i++)
        {
            if (Math.Abs(picture.Pixels[i * 3] - colour[0]) <= near && Math.Abs(picture.Pixels[i * 3 + 1] - colour[1]) <= near && Math.Abs(picture.Pixels[i * 3 + 2] - colour[2]) <= near)
                hits++;
        }
        return hits / (double)(picture.Width * picture.Height);
    }

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    private static double[] Flat(JsonElement nested) => nested.ValueKind == JsonValueKind.Array ? [.. nested.EnumerateArray().SelectMany(Flat)] : [nested.GetDouble()];
}
