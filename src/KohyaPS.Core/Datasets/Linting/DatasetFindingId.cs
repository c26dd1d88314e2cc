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

    /// <summary>More tags are to be kept in place than a caption has.</summary>
    KeepTokensTooLarge,

    /// <summary>The folder's words stand outside the tags that are kept in place.</summary>
    TriggerNotKept,

    /// <summary>The folder's words stand in none of the captions that replace them.</summary>
    TriggerMissing,

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

    /// <summary>The alpha channel is the mask, but a picture is wholly transparent: nothing of it is learned.</summary>
    EmptyMask,

    /// <summary>The alpha channel is to be the mask, but no picture has transparent pixels.</summary>
    NoMask,

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
