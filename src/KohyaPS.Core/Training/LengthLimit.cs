namespace KohyaPS;

/// <summary>What ends a training.</summary>
public enum LengthLimit
{
    /// <summary>The steps that MaxTrainSteps sets.</summary>
    MaxTrainSteps,

    /// <summary>The epochs that MaxTrainEpochs sets.</summary>
    MaxTrainEpochs,

    /// <summary>Neither is set: the steps that follow from Epoch and the number of pictures.</summary>
    Epoch,
}
