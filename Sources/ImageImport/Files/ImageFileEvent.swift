import CloudAccess
import DiskImages
import ObjectStorage

/// Something that happens on the way of a disk file into a bucket.
public enum ImageFileEvent: Sendable {
  /// The file was looked at, and this is what will be done.
  case planned(ImageFilePlan)
  /// Of the upload of the file, or of its bitmap.
  case upload(UploadEvent)
  /// How much of the disk is read and packed.
  case converted(ConvertProgress)
  /// The object is there; with `wasThere` it was before.
  case uploaded(UploadResult)
  /// The image is made, and its object was deleted, as was asked for.
  case deleted(ImageLocation)
  /// The image is made; its object was to be deleted and is still there.
  case notDeleted(ImageLocation, CloudError)
}
