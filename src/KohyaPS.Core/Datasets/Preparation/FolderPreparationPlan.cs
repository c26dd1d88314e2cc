using System.Globalization;
using KohyaPS.Datasets;
using KohyaPS.Files;

namespace KohyaPS;

/// <summary>What preparing folders will do, and everything that stands in its way. Reads the folders, changes nothing.</summary>
public sealed class FolderPreparationPlan
{
    private readonly List<PreparationProblem> problems = [];
    private readonly List<string> warnings = [];
    private readonly List<PreparedFolder> folders = [];

    private FolderPreparationPlan(FolderPreparation preparation) => Preparation = preparation;

    /// <summary>What was asked for.</summary>
    public FolderPreparation Preparation { get; }

    /// <summary>Everything that stands in the way; nothing is done while there is a problem.</summary>
    public IReadOnlyList<PreparationProblem> Problems => problems;

    /// <summary>What the user should know before training on the result.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>The copies to make.</summary>
    public IReadOnlyList<PreparedFolder> Folders => folders;

    /// <summary>Full path of the destination.</summary>
    public string Destination { get; private init; } = "";

    /// <summary>Folder of the training pictures (train_data_dir).</summary>
    public string ImageFolder => Path.Combine(Destination, "img");

    /// <summary>Folder of the regularisation pictures (reg_data_dir).</summary>
    public string RegularizationFolder => Path.Combine(Destination, "reg");

    /// <summary>Folder where networks are to be saved (output_dir).</summary>
    public string OutputFolder => Path.Combine(Destination, "model");

    /// <summary>Folder where logs are to be written (logging_dir).</summary>
    public string LoggingFolder => Path.Combine(Destination, "log");

    /// <summary>Looks at everything that a preparation needs.</summary>
    /// <param name="preparation">What is asked for.</param>
    public static FolderPreparationPlan Create(FolderPreparation preparation)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        var plan = new FolderPreparationPlan(preparation)
        {
            Destination = string.IsNullOrWhiteSpace(preparation.Destination) ? "" : Path.TrimEndingDirectorySeparator(Path.GetFullPath(preparation.Destination)),
        };
        plan.Check();
        return plan;
    }

    private void Check()
    {
        var instance = CheckWord(Preparation.Instance, nameof(Preparation.Instance));
        var concept = CheckWord(Preparation.Class, nameof(Preparation.Class));
        var repeats = WholeRepeats(Preparation.Repeats, "Repeats");
        if (repeats < 1)
            Refuse(PreparationProblemKind.InvalidRepeats, Invariant($"{Preparation.Repeats}"),
                Invariant($"-Repeats {Preparation.Repeats} would make a folder that is never trained. Use 1 to {int.MaxValue}; 10 to 40 is usual."));
        var source = CheckSource(Preparation.Source, "Path", "the pictures of the concept");
        var regularization = RegularizationIsWanted(out var regularizationRepeats)
            ? CheckSource(Preparation.RegularizationSource, "RegularizationPath", "regularisation pictures")
            : null;
        CheckDestination();
        if (problems.Count > 0)
            return;
        Add(source!, ImageFolder, PreparedFolderName.Compose(repeats, instance, concept));
        if (regularization is not null)
            Add(regularization, RegularizationFolder, PreparedFolderName.Compose(regularizationRepeats, concept));
        CheckOverlaps();
        CheckTargets();
    }

    private string CheckWord(string? word, string parameter)
    {
        var trimmed = word?.Trim() ?? "";
        if (PreparedFolderName.Check(trimmed, parameter) is { } problem)
            problems.Add(problem);
        return trimmed;
    }

    /// <summary>The number without its fraction; 0 for what is no usable number.</summary>
    private int WholeRepeats(double repeats, string parameter)
    {
        if (!(repeats > int.MinValue && repeats <= int.MaxValue))
            return 0;
        var whole = (int)Math.Truncate(repeats);
        if (whole != repeats)
            warnings.Add(Invariant($"-{parameter} {repeats} is cut to {whole}: repeats are whole numbers."));
        return whole;
    }

    private bool RegularizationIsWanted(out int repeats)
    {
        repeats = 0;
        if (string.IsNullOrWhiteSpace(Preparation.RegularizationSource))
            return false;
        repeats = WholeRepeats(Preparation.RegularizationRepeats, "RegularizationRepeats");
        if (repeats < 1)
            warnings.Add(Invariant($"No regularisation pictures are prepared, since -RegularizationRepeats is {Preparation.RegularizationRepeats}. Use 1 or more to have them."));
        return repeats >= 1;
    }

    private FolderTree? CheckSource(string? folder, string parameter, string what)
    {
        if (string.IsNullOrWhiteSpace(folder) || !Directory.Exists(folder))
        {
            Refuse(PreparationProblemKind.SourceNotFound, folder ?? "", File.Exists(folder)
                ? $"-{parameter} '{folder}' is a file. Give the folder that holds {what}."
                : $"-{parameter} '{folder}' does not exist. Give the folder that holds {what}.");
            return null;
        }
        try
        {
            var tree = FolderTree.Read(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            var deep = tree.Files.Count(f => ImageFiles.IsMeantAsPicture(Path.GetFileName(f)) && Path.GetDirectoryName(f)!.Length > 0);
            var direct = tree.Files.Count(f => ImageFiles.IsMeantAsPicture(Path.GetFileName(f))) - deep;
            if (direct + deep == 0)
                Refuse(PreparationProblemKind.NoImages, tree.Root,
                    $"'{tree.Root}' holds no pictures of a kind that is trained ({string.Join(' ', ImageFiles.Extensions)}). Give the folder that holds {what}.");
            else if (deep > 0)
                warnings.Add(Invariant($"{deep} pictures lie in subfolders of '{tree.Root}'. They are copied, but only the {direct} directly in it are trained."));
            return tree;
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            Refuse(PreparationProblemKind.SourceUnreadable, folder, $"'{folder}' cannot be read whole: {e.Message}");
            return null;
        }
    }

    private void CheckDestination()
    {
        if (Destination.Length == 0)
        {
            Refuse(PreparationProblemKind.DestinationMissing, "", "-Destination is empty. Give the folder in which img, model and log are to be made.");
            return;
        }
        var parents = new List<string>();
        for (var at = Path.GetDirectoryName(Destination); at is not null; at = Path.GetDirectoryName(at))
            parents.Add(at);
        foreach (var folder in (string[])[.. parents, Destination, ImageFolder, RegularizationFolder, OutputFolder, LoggingFolder])
            if (File.Exists(folder))
                Refuse(PreparationProblemKind.DestinationOccupied, folder, $"'{folder}' is a file, but a folder is to be made there. Move the file or choose another -Destination.");
    }

    private void Add(FolderTree tree, string parent, string name)
    {
        if (PreparedFolderName.CheckLength(name) is { } problem)
            problems.Add(problem);
        else
            folders.Add(new(tree.Root, Path.Combine(parent, name), tree.Files.Count, tree.TotalBytes, PreparedFolderState.Absent));
    }

    private void CheckOverlaps()
    {
        foreach (var source in folders.Select(f => f.Source).Distinct())
            foreach (var target in folders.Select(f => f.Target))
            {
                var (from, to) = (RealPath.Of(source), RealPath.Of(target));
                var relation = RealPath.IsSame(from, to) ? "is the same folder as"
                    : RealPath.IsWithin(to, from) ? "contains"
                    : RealPath.IsWithin(from, to) ? "lies inside"
                    : null;
                if (relation is not null)
                    Refuse(PreparationProblemKind.FoldersOverlap, source,
                        $"'{source}' {relation} '{target}', which is to be made from the pictures. Choose a -Destination outside the folders of pictures.");
            }
    }

    private void CheckTargets()
    {
        if (problems.Count > 0)
            return;
        for (var i = 0; i < folders.Count; i++)
        {
            var folder = folders[i] = folders[i] with { State = StateOf(folders[i]) };
            if (folder.State == PreparedFolderState.Different && !Preparation.Force)
                Refuse(PreparationProblemKind.TargetExists, folder.Target,
                    $"'{folder.Target}' exists and holds something else. Type -Force to replace it, or choose another -Destination.");
            warnings.AddRange(Siblings(folder.Target).Select(s =>
                $"'{s}' is from an earlier preparation with other repeats and will be trained too. Remove it if that is not wanted."));
        }
    }

    private static PreparedFolderState StateOf(PreparedFolder folder)
    {
        if (File.Exists(folder.Target))
            return PreparedFolderState.Different;
        if (!Directory.Exists(folder.Target))
            return PreparedFolderState.Absent;
        try
        {
            return FolderTree.Read(folder.Target).IsSameAs(FolderTree.Read(folder.Source)) ? PreparedFolderState.Current : PreparedFolderState.Different;
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            return PreparedFolderState.Different;
        }
    }

    /// <summary>Folders beside the target with the same words and other repeats.</summary>
    private static IEnumerable<string> Siblings(string target)
    {
        var parent = Path.GetDirectoryName(target)!;
        var words = FolderConcept.Parse(Path.GetFileName(target)).Rest;
        return !Directory.Exists(parent) ? [] : Directory.EnumerateDirectories(parent, "*", DatasetReader.Everything)
            .Where(d => Path.GetFileName(d) != Path.GetFileName(target) && FolderConcept.Parse(Path.GetFileName(d)) is { IsNumbered: true } other && other.Rest == words)
            .Order(StringComparer.Ordinal);
    }

    private void Refuse(PreparationProblemKind kind, string subject, string message) => problems.Add(new(kind, subject, message));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
