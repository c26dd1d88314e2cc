namespace KohyaPS.Engine.Networks;

/// <summary>A number for an adapter's name: its draws do not depend on which other adapters there are.</summary>
internal static class AdapterSeed
{
    /// <summary>FNV-1a, 64 bits (Fowler, Noll, Vo), of the name's characters, shifted so that a few numbers after it are free.</summary>
    public static long Of(string name)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var letter in name)
            hash = (hash ^ letter) * 0x100000001B3UL;
        return (long)(hash << 3);
    }
}
