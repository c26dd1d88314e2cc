namespace KohyaPS;

/// <summary>How a training ended, as the number a script passes on: <c>exit $result.ExitCode</c>.</summary>
public enum TrainingExitCode
{
    /// <summary>All steps were done and the network was saved.</summary>
    Done = 0,

    /// <summary>Something failed that has no number of its own; the message says what.</summary>
    Failed = 1,

    /// <summary>The configuration or the dataset is invalid; nothing was loaded.</summary>
    Invalid = 2,

    /// <summary>Memory ran out, of the device or of the machine.</summary>
    OutOfMemory = 3,

    /// <summary>Stopped on request after a whole step; the state was saved and <c>-Resume</c> continues it.</summary>
    Stopped = 4,

    /// <summary>The loss or the weights became infinite or not a number.</summary>
    Diverged = 5,

    /// <summary>The machine lacks something: native libraries, a device, a writable folder, disk space.</summary>
    Environment = 6,
}
