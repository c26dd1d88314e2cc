namespace KohyaPS.Conformance;

/// <summary>Where the goldens and the real inputs lie.</summary>
public static class GoldenRoot
{
    /// <summary>KOHYAPS_GOLDENS, else tests/Goldens of the checkout.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("KOHYAPS_GOLDENS") is { Length: > 0 } root
        ? root
        : System.IO.Path.Combine(Checkout, "tests", "Goldens");

    /// <summary>True in the full run (build.ps1 Test -Full).</summary>
    public static bool IsFullRun { get; } = Environment.GetEnvironmentVariable("KOHYAPS_FULL") == "1";

    /// <summary>The root of the checkout that the tests were built in.</summary>
    public static string Checkout
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
                if (File.Exists(System.IO.Path.Combine(at.FullName, "KohyaPS.sln")))
                    return at.FullName;
            throw new DirectoryNotFoundException("The tests run outside a checkout of KohyaPS.");
        }
    }
}
