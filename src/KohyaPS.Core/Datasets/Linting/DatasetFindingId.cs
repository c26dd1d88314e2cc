namespace KohyaPS;

/// <summary>Everything that the linter of datasets knows. The names are stable.</summary>
public enum DatasetFindingId
{
    /// <summary>There is nothing to train.</summary>
    NoImages,

    /// <summary>A folder that is named does not exist.</summary>
    FolderMissing,

    /// <summary>Pictures lie beside the repeats_name folders instead of in one.</summary>
    ImagesAtTop,

    /// <summary>Pictures lie in a subfolder of a repeats_name folder, where they are not read.</summary>
    ImagesTooDeep,

    /// <summary>A folder's name does not begin with repeats and an underscore.</summary>
    FolderWithoutRepeats,

    /// <summary>A folder's repeats are 0 or negative.</summary>
    RepeatsBelowOne,

    /// <summary>A repeats_name folder holds no pictures.</summary>
    EmptyFolder,

    /// <summary>A folder is named twice.</summary>
    DuplicateFolder,

    /// <summary>Two folders differ in nothing but their repeats.</summary>
    SameConceptTwice,

    /// <summary>Balancing the folders was interrupted.</summary>
    BalanceInterrupted,

    /// <summary>A file or folder has a name that other systems cannot keep, or that is too long for them.</summary>
    UnportableName,

    /// <summary>Two names differ only in case or in the way that accents are composed.</summary>
    SimilarNames,

    /// <summary>Caption files with another extension than the one in use are ignored.</summary>
    OtherCaptionExtension,

    /// <summary>Pictures are trained with an empty caption.</summary>
    NoCaption,

    /// <summary>Some pictures of a folder have no caption file, others do.</summary>
    MissingCaption,

    /// <summary>A picture that a metadata file names is not there.</summary>
    ImageMissing,

    /// <summary>Pictures in the folder of a metadata file that it does not name are not trained.</summary>
    ImageNotNamed,

    /// <summary>A caption file has no picture.</summary>
    OrphanCaption,

    /// <summary>A caption file has no bytes.</summary>
    EmptyCaptionFile,

    /// <summary>A caption file holds only blanks, so the caption is empty.</summary>
    BlankCaption,

    /// <summary>The first line of a caption file is blank, so that the text below it is ignored.</summary>
    BlankFirstLine,

    /// <summary>Only the first line of a caption file is used.</summary>
    LinesIgnored,

    /// <summary>A caption file is not valid UTF-8 (or UTF-16 with a mark).</summary>
    CaptionEncoding,

    /// <summary>A caption file begins with a byte-order mark or is UTF-16, which other trainers do not read.</summary>
    CaptionMark,

    /// <summary>A caption file cannot be read.</summary>
    CaptionUnreadable,

    /// <summary>A caption looks like text that was read in a wrong encoding and saved again.</summary>
    Mojibake,

    /// <summary>A caption holds characters that cannot be seen.</summary>
    ControlCharacter,

    /// <summary>A caption has more tokens than are read.</summary>
    CaptionTooLong,

    /// <summary>Parentheses that are no weights are read as weights.</summary>
    AccidentalWeight,

    /// <summary>A parenthesis or bracket that is never closed is read as a weight of all that follows.</summary>
    OpenWeight,

    /// <summary>{a|b} stands in captions, but wildcards are not read.</summary>
    WildcardNotRead,

    /// <summary>The braces of a wildcard do not match.</summary>
    BrokenWildcard,

    /// <summary>A separator is set that no caption holds.</summary>
    SeparatorMissing,

    /// <summary>More tags are to be kept in place than a caption has.</summary>
    KeepTokensTooLarge,

    /// <summary>The folder's words stand outside the tags that are kept in place.</summary>
    TriggerNotKept,

    /// <summary>The folder's words stand in none of the captions that replace them.</summary>
    TriggerMissing,

    /// <summary>The trigger word is learned from regularisation pictures, too.</summary>
    TriggerInRegularization,

    /// <summary>A tag stands in nearly every caption.</summary>
    CommonTag,

    /// <summary>A caption holds a tag twice.</summary>
    RepeatedTag,

    /// <summary>A caption holds empty tags: commas at its end or one after the other.</summary>
    EmptyTag,

    /// <summary>A caption holds tags that exclude each other.</summary>
    ContradictoryTags,

    /// <summary>Pictures are mirrored although captions speak of writing or of sides.</summary>
    MirroredText,

    /// <summary>A picture cannot be read.</summary>
    CorruptImage,

    /// <summary>A picture's extension and its content differ.</summary>
    WrongExtension,

    /// <summary>Files of a kind that is never trained, or with an extension in mixed case.</summary>
    UnsupportedFormat,

    /// <summary>Two pictures share their name and therefore their caption.</summary>
    SameStem,

    /// <summary>The same picture is there more than once.</summary>
    DuplicateImage,

    /// <summary>Two pictures are nearly the same.</summary>
    NearDuplicateImage,

    /// <summary>Pictures are turned upright by their EXIF orientation.</summary>
    RotatedImages,

    /// <summary>Pictures lie their side, since their EXIF orientation is not applied.</summary>
    UnrotatedImages,

    /// <summary>Pictures have transparent pixels, which are laid over a colour.</summary>
    TransparentImages,

    /// <summary>The mask of a picture, its alpha channel or a picture of its own, leaves nothing to learn.</summary>
    EmptyMask,

    /// <summary>There are to be masks, but none of them leaves anything out.</summary>
    NoMask,

    /// <summary>The mask picture of a picture is missing, damaged or of another size.</summary>
    MaskUnusable,

    /// <summary>A mask picture has no picture.</summary>
    OrphanMask,

    /// <summary>Pictures are to be cut around the faces in their names, but the names state none.</summary>
    NoFaceNamed,

    /// <summary>Pictures with 16 bits a channel are reduced to 8.</summary>
    SixteenBitImages,

    /// <summary>CMYK pictures are converted without their colour profile.</summary>
    CmykImages,

    /// <summary>Pictures are grey.</summary>
    GreyImages,

    /// <summary>Only the first frame of an animation is trained.</summary>
    AnimatedImages,

    /// <summary>A picture is so large that reading it takes long and much memory.</summary>
    HugeImage,

    /// <summary>Pictures are enlarged to reach their bucket.</summary>
    UpscaledImages,

    /// <summary>A picture is too small or too narrow for any bucket.</summary>
    ImageTooSmall,

    /// <summary>Much of a picture is cut off.</summary>
    CroppedImages,

    /// <summary>Without buckets, pictures are resized and cut to the resolution.</summary>
    CroppedWithoutBuckets,

    /// <summary>Many batches are not full, since the pictures are spread over many buckets.</summary>
    PartialBatches,

    /// <summary>The batch size is larger than every bucket.</summary>
    BatchTooLarge,

    /// <summary>A regularisation folder is named, but holds no pictures that are trained.</summary>
    NoRegularizationImages,

    /// <summary>Regularisation pictures are left out or used unevenly.</summary>
    RegularizationImbalance,

    /// <summary>Concepts are trained for very different numbers of steps.</summary>
    ConceptImbalance,

    /// <summary>A setting of buckets, captions, caches or augmentation is wrong or has no effect.</summary>
    Setting,
}
