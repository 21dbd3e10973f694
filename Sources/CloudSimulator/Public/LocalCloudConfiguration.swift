import CloudAccess

/// Everything that can be set about a local cloud.
///
/// The documents leave several behaviours of the real service open. Each of them is a switch here, so that a client can be
/// run against every setting; the defaults are the documented or, where nothing is documented, the milder behaviour.
public struct LocalCloudConfiguration: Sendable {
  /// Directory that holds the buckets, the state and the credentials; it is made when missing.
  public var dataDirectory: String
  /// Address to listen on.
  public var host: String = "127.0.0.1"
  /// TCP port; 0 takes any free one.
  public var port: Int = 0
  /// Seconds of cloud time that pass in one real second.
  public var clockScale: Double = 1
  /// Which cloud's rules and extras apply.
  public var dialect: CloudDialect = .otc
  /// Region that the catalogue, the buckets and the project are named after.
  public var region: String = "eu-de"

  /// Private images a project may hold (IMG.0015 beyond it).
  public var imageQuota: Int = 50
  /// Image creating tasks that may run at a time (IMG.0060 beyond it).
  public var concurrentTasks: Int = 40
  /// Largest request body outside object storage, in bytes (413 beyond it).
  public var bodyLimit: Int = 12 << 20
  /// Largest image file, in bytes (IMG.0059 beyond it).
  public var fileSizeLimit: UInt64 = 1 << 40

  /// Cloud time a job stays INIT.
  public var jobQueueDelay: Duration = .seconds(2)
  /// Cloud time each job runs at least.
  public var jobBaseDuration: Duration = .seconds(60)
  /// Cloud time a job runs longer for each GiB of the disk inside the file.
  public var jobDurationPerGiB: Duration = .seconds(6)
  /// Cloud time between the answer to DELETE and the image leaving the lists.
  public var deleteDelay: Duration = .seconds(5)

  /// Real time a token lives; it does not follow `clockScale`, since clients compare it with their own clock.
  public var tokenLifetime: Duration = .seconds(24 * 3600)
  /// Largest difference between a signature's date and the real clock; nil switches the check off.
  public var maximumClockSkew: Duration? = .seconds(15 * 60)
  /// Signing forms the gateway takes.
  public var signingForms: Set<SigningForm> = [.a, .b]

  /// Refuse a name that another image of the project has (IMG.0009).
  public var refusesDuplicateNames: Bool = false
  /// Refuse an os_version that no document lists (IMG.0056); the documents are older than the real service.
  public var refusesUnlistedOSVersions: Bool = false
  /// When an image under import shows up in lists.
  public var imageVisibility: Visibility = .atSubmission
  /// When the tags of an image under import show up.
  public var tagVisibility: Visibility = .atSubmission
  /// Whether a failed import leaves an image with status `killed`.
  public var keepsKilledImages: Bool = true
  /// job_type of a system disk import.
  public var systemJobType: String = "imsImportImageJob"
  /// job_type of a data disk import.
  public var dataJobType: String = "imsImportDataImageJob"
  /// Whether the image id stands in a sub job of type imsImportBigFileImageJob instead of the job itself.
  public var reportsSubJobs: Bool = false
  /// Whether `min_disk` must be greater than the disk inside the file, rather than at least as large.
  public var minDiskMustExceedDisk: Bool = false
  /// Error code of a job whose `min_disk` is too small; nil takes IMG.0111 for system and IMG.0055 for data disks.
  public var smallDiskCode: String?
  /// HTTP status of a query for an unknown job.
  public var unknownJobStatus: Int = 404
  /// Whether `POST /v2.1/cloudimages/quickimport/action` exists; nil follows the dialect (Huawei only).
  public var offersSafeMode: Bool?
  /// Whether `GET /v1/cloudimages/job/{job_id}` exists; nil follows the dialect (Huawei only).
  public var offersJobProgress: Bool?
  /// Whether `GET /v1/cloudimages/os_version` exists.
  public var offersOSVersions: Bool = true
  /// Character between key and value in the `tags` of an image.
  public var tagSeparator: Character = "."
  /// Whether a byte range whose end is not greater than its start is ignored, as documented.
  public var ignoresSingleByteRanges: Bool = true
  /// Whether bodies in the encoding `aws-chunked` are understood, which newer S3 clients send; no document says so of OBS.
  public var knowsChunkedBodies: Bool = true

  /// What goes wrong from the start on; `/_control/faults` sets more while the cloud runs.
  public var faults: [Fault] = []
  /// What the chances of faults are drawn from.
  public var faultSeed: UInt64 = 1
  /// Whether `/_control` answers, to callers on this machine only.
  public var offersControl: Bool = true

  /// A local cloud over a directory, with the limits and speeds of the real one.
  public init(dataDirectory: String) {
    self.dataDirectory = dataDirectory
  }

  /// Moment from which something about an image under import can be seen.
  public enum Visibility: Sendable, Equatable {
    /// From the accepted request on.
    case atSubmission
    /// So much cloud time after the accepted request.
    case delayed(Duration)
    /// Once the import has ended.
    case atEnd
  }

  var hasSafeMode: Bool { offersSafeMode ?? (dialect == .huawei) }
  var hasJobProgress: Bool { offersJobProgress ?? (dialect == .huawei) }
}
