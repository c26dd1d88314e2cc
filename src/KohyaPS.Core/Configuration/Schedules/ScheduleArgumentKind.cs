namespace KohyaPS;

/// <summary>What an argument of a schedule holds.</summary>
internal enum ScheduleArgumentKind
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>True or False.</summary>
    Flag,

    /// <summary>Text in quotes.</summary>
    Text,

    /// <summary>As many numbers as the definition says, with commas between them.</summary>
    Numbers,

    /// <summary>Any count of whole numbers.</summary>
    WholeList,

    /// <summary>A number, or one for each parameter group.</summary>
    NumberOrList,

    /// <summary>Anything: it is accepted because the original knows it, and changes nothing.</summary>
    Any,
}
