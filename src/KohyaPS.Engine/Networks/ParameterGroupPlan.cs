namespace KohyaPS.Engine.Networks;

/// <summary>Parameters that share a learning rate.</summary>
/// <param name="LearningRate">Base learning rate, before the schedule.</param>
/// <param name="Description">What a log calls it: <c>textencoder</c>, <c>unet</c>, <c>unet_block4</c>, with <c> plus</c> behind it for LoRA+.</param>
internal sealed record ParameterGroupPlan(double LearningRate, string Description);
