namespace KohyaPS;

/// <summary>Bounds of the face-centred zoom (face_crop_aug_range): the smallest and largest ratio of picture side to face side.</summary>
public sealed record FaceCropRange(double Minimum, double Maximum);
