namespace KohyaPS.Engine.Training.Schedules;

/// <summary>
/// The factor on every group's base learning rate while optimizer step <paramref name="step"/> (from 0) runs: a pure function, so that a
/// resumed training needs nothing but its step.
/// </summary>
/// <param name="step">Steps done so far.</param>
internal delegate double LearningRateSchedule(long step);
