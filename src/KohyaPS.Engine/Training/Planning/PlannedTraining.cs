namespace KohyaPS.Engine.Training.Planning;

/// <summary>The plan as users see it, and what it was made from, for the trainer that carries it out.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Datasets">Pictures, captions, batches.</param>
/// <param name="Length">Steps and epochs; null where there is nothing to train.</param>
/// <param name="OutputFolder">Where the outputs go.</param>
/// <param name="Config">The configuration, with what was found out about the model and chosen for its memory.</param>
internal sealed record PlannedTraining(TrainingPlan Plan, PlannedDatasets Datasets, TrainingLength? Length, string OutputFolder, LoraConfig Config);
