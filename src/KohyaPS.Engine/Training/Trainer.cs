using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Batches;
using KohyaPS.Engine.Training.Objectives;
using KohyaPS.Engine.Training.Setup;
using KohyaPS.Engine.Training.State;
using KohyaPS.Training.Runs;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training;

/// <summary>
/// One training from loaded models to the final file: drives the loop and, between updates, saves, reports and obeys. It runs on the thread
/// that owns all tensors.
/// </summary>
internal sealed class Trainer : IDisposable
{
    private readonly RunContext run;
    private readonly LoadedModels models;
    private readonly TrainingSetup setup;
    private readonly ILatentSource latents;
    private readonly TextStates text;
    private readonly TrainingLoop loop;
    private readonly RunSaver saver;
    private readonly StepClock clock = new();

    /// <summary>Loads, caches and restores: everything before the first step.</summary>
    /// <param name="run">What is trained, and who listens.</param>
    /// <param name="runtime">What libtorch runs with.</param>
    /// <param name="stop">Ends the preparation early.</param>
    public Trainer(RunContext run, TorchRuntimeInfo runtime, CancellationToken stop)
    {
        this.run = run;
        try
        {
            var config = run.Config;
            var precision = PrecisionChoice.Make(config.Runtime, runtime, run.Request.ObeysSlowPrecision, run.ResumedFrom?.ComputedIn);
            if (precision.Warning is { } warning)
                run.Warn(warning);
            if (runtime.Device.Notice is { } notice)
                run.Warn(notice);
            var device = run.Request.OnProcessor ? CPU : runtime.Device.Device;
            using var checkpoint = Checkpoint.Open(config.Resolve(config.Model.PretrainedModelNameOrPath)!);
            // What encodes leaves before the next model comes, the largest one last.
            models = LoadedModels.LoadVae(checkpoint, config, precision.ComputeType, device, Phase);
            latents = PrepareLatents(stop);
            models.LoadTextEncoders(checkpoint, Phase);
            var captions = new EpochCaptions(run.Seed, run.Length, config.Training.GradientAccumulationSteps);
            text = PrepareText(captions, stop);
            models.LoadUnet(checkpoint, Phase);
            foreach (var misfit in models.Misfits)
                run.Warn(misfit);
            setup = new TrainingSetup(config, models, run.Length, run.Seed, device, warn: run.Warn, computeType: precision.ComputeType);
            var order = new EpochOrder(run.Epochs, run.Seed, config.Runtime.MaxDataLoaderNWorkers, config.Runtime.PersistentDataLoaderWorkers);
            var keepsSamples = config.Runtime.Compatibility == Compatibility.Kohya2188 && config.Caching.KeepsLatents;
            var batches = new DatasetBatchSource(order, latents, captions, text, setup.Draws, config.Objective.PriorLossWeight, models.TakesSizes, keepsSamples);
            loop = setup.Loop(batches);
            saver = new RunSaver(run, setup, precision.Precision);
            if (run.ResumedFrom is { } manifest)
                SavedTraining.Restore(run.ResumeFolder!, manifest, setup.Network, setup.Optimizer);
            var start = run.Start;
            loop.ContinueFrom(start.Position, new LossAverage(run.ResumedFrom?.Losses ?? []), start.ScheduleStep, run.ResumedFrom?.LossScale);
            RuntimeInWords = $"{runtime}, model in {precision.InWords}, attention: {AttentionChoice.Make(config.Runtime).InWords}";
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the training runs with, for the log.</summary>
    public string RuntimeInWords { get; }

    /// <summary>Trains until the last step, a request to stop, or a loss that is no number.</summary>
    /// <param name="stop">Asks to end after the running step, with a state.</param>
    /// <param name="abandon">Asks to leave at once, without one.</param>
    /// <returns>How it ended; paths and times are filled in by the caller.</returns>
    public TrainingResult Run(CancellationToken stop, CancellationToken abandon)
    {
        clock.Start();
        EndEpoch();
        while (!IsAtEnd)
        {
            abandon.ThrowIfCancellationRequested();
            var outcome = loop.Advance();
            if (!double.IsFinite(outcome.Loss))
                return Diverged(outcome);
            if (!outcome.Updated)
                continue;
            Report(outcome);
            saver.AfterStep(loop);
            EndEpoch();
            if (Requested(stop) is { } asked && SaveAsked(asked) is { } state && asked == RunRequestKind.Stop && !IsAtEnd)
                return run.Result(TrainingExitCode.Stopped, Text($"Stopped after step {loop.Position.Step} of {run.Length.TotalSteps}. Continue with: Start-LoraTraining -Resume '{state.Path}'"));
        }
        var writeEnd = saver.AtEnd(loop);
        return run.Result(TrainingExitCode.Done, null) with { WriteEndState = writeEnd };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not all are there when the preparation ended early.
        text?.Dispose();
        latents?.Dispose();
        setup?.Dispose();
        models?.Dispose();
    }

    private bool IsAtEnd => loop.Position.Step >= run.Length.TotalSteps;

    // An epoch ends after its last update, or before the first of a training that goes on from a state between the two.
    private void EndEpoch()
    {
        if (!loop.EpochHasEnded)
            return;
        var epoch = loop.Position.Epoch;
        loop.LeaveEpoch();
        run.Report(new EpochDone(RunContext.Now, epoch, loop.Position.Step, loop.Losses.Value));
        if (!IsAtEnd)
            saver.AfterEpoch(loop, epoch);
    }

    // Whoever asked hears of a failure. It ends a training that was to end; another goes on.
    private TrainingState? SaveAsked(RunRequestKind asked)
    {
        try
        {
            var state = saver.SaveState(loop, asked == RunRequestKind.Stop ? TrainingStateReason.Stop : TrainingStateReason.Request);
            run.Answer(state);
            return state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = FailureKinds.Explain(e, run.OutputFolder).Message;
            run.Answer(null, reason);
            if (asked == RunRequestKind.Stop)
                throw;
            run.Warn($"The state that another session asked for could not be saved; the training goes on. {reason}");
            return null;
        }
    }

    private ILatentSource PrepareLatents(CancellationToken stop)
    {
        var caching = run.Config.Caching;
        var workers = run.Config.Runtime.MaxDataLoaderNWorkers;
        var vae = models.Vae ?? throw new CheckpointFormatException($"'{run.Config.Model.PretrainedModelNameOrPath}' has no VAE to encode pictures with. Name one with -Vae.");
        var encoder = new PictureEncoder(vae, caching.VaeBatchSize);
        if (!caching.KeepsLatents)
            return new EncodedLatents(encoder, run.Seed, workers);
        var images = run.Epochs.Datasets.SelectMany(d => d.Images).ToList();
        var store = CacheChoice.Latents(run.Config, vae, models.Family == ModelFamily.Sdxl, new SeededDraws(run.Seed));
        var cached = new CachedLatents(store, run.Seed);
        try
        {
            var replaced = new LatentFiller(encoder, caching.VaeBatchSize, workers).Fill(images, store, done => run.Progress("encoding pictures", done, images.Count), stop);
            WarnOfReplaced("latents", replaced);
        }
        catch
        {
            cached.Dispose();
            throw;
        }
        models.ReleaseVae();
        Allocator.Trim();
        return cached;
    }

    private TextStates PrepareText(EpochCaptions captions, CancellationToken stop)
    {
        var config = run.Config;
        var isFrozen = config.Network.NetworkTrainUnetOnly;
        var states = new TextStates(models.Tokenizers, config.Captions.MaxTokenLength, isFrozen ? models.TextEncoders : null, config.Training.ClipSkip ?? 1, config.Captions.WeightedCaptions);
        var texts = run.Epochs.Datasets.SelectMany(d => d.Images).Select(i => (Caption: captions.Fixed(i.Image), i.Image)).ToList();
        if (!isFrozen || texts.Exists(t => t.Caption is null))
            return states;
        try
        {
            var replaced = states.Fill([.. texts.Select(t => (t.Caption!, t.Image))], CacheChoice.Text(config, models), done => run.Progress("encoding captions", done, texts.Count), stop);
            WarnOfReplaced("text states", replaced);
        }
        catch
        {
            states.Dispose();
            throw;
        }
        models.ReleaseTextEncoders();
        Allocator.Trim();
        return states;
    }

    private void WarnOfReplaced(string what, IReadOnlyList<string> files)
    {
        if (files.Count > 0)
            run.Warn(Text($"Made again, since they were damaged or made from something else: {files.Count} files of cached {what}, such as '{files[0]}'."));
    }

    private void Phase(string phase) => run.Progress(phase, 0, 0);

    private void Report(MicroStepOutcome outcome)
    {
        var seconds = clock.Lap();
        var remaining = clock.SecondsPerStep * (run.Length.TotalSteps - loop.Position.Step);
        run.Report(new StepDone(RunContext.Now, loop.Position.Step, outcome.Epoch, outcome.Loss, loop.Losses.Value, outcome.GradientNorm,
            outcome.LearningRates.ToDictionary(r => r.Key, r => r.Value), seconds, remaining, ProcessMemory.Now,
            outcome.EffectiveRates.SequenceEqual(outcome.LearningRates) ? null : outcome.EffectiveRates.ToDictionary(r => r.Key, r => r.Value), outcome.WeightNorms));
    }

    // A stop at the last step needs no state of its own: the end is there.
    private RunRequestKind? Requested(CancellationToken stop) =>
        run.TakeRequests() ?? (stop.IsCancellationRequested && !IsAtEnd ? RunRequestKind.Stop : null);

    private TrainingResult Diverged(MicroStepOutcome outcome) => run.Result(TrainingExitCode.Diverged,
        Text($"The loss became {outcome.Loss} in epoch {outcome.Epoch}, batch {outcome.BatchInEpoch + 1}: the training diverged. Lower the learning rates (a tenth is a good try), or lengthen the warm-up; what was saved before is whole."));

    private static string Text(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
