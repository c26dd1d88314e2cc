using KohyaPS.Randomness;

namespace KohyaPS.Core.Tests;

public sealed class RandomSourceTests
{
    [Fact]
    public void The_same_key_draws_the_same_numbers()
    {
        var a = new RandomSource(42, DrawPurpose.Caption, step: 3, sample: 1);
        var b = new RandomSource(42, DrawPurpose.Caption, step: 3, sample: 1);
        for (var i = 0; i < 100; i++)
            Assert.Equal(a.NextBits(), b.NextBits());
    }

    [Fact]
    public void Keys_that_differ_in_one_part_draw_other_numbers()
    {
        RandomSource[] sources =
        [
            new(42, DrawPurpose.Noise, 3, 1), new(43, DrawPurpose.Noise, 3, 1), new(42, DrawPurpose.Timestep, 3, 1),
            new(42, DrawPurpose.Noise, 4, 1), new(42, DrawPurpose.Noise, 3, 2), new(42, DrawPurpose.Noise, 1, 3),
        ];
        Assert.Equal(sources.Length, sources.Select(s => s.NextBits()).Distinct().Count());
    }

    [Fact]
    public void Integers_are_uniform()
    {
        var source = new RandomSource(1, DrawPurpose.Timestep);
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++)
            counts[source.NextInteger(10)]++;
        // Mean 10,000, standard deviation 95: six of them.
        Assert.All(counts, c => Assert.InRange(c, 9_430, 10_570));
    }

    [Fact]
    public void Shuffling_keeps_every_item()
    {
        var items = Enumerable.Range(0, 50).ToList();
        new RandomSource(1, DrawPurpose.BatchOrder).Shuffle(items);
        Assert.NotEqual(Enumerable.Range(0, 50), items);
        Assert.Equal(Enumerable.Range(0, 50), items.Order());
    }
}
