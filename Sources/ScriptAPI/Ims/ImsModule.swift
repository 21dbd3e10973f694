import CloudAccess
import ImageImport
import LuaHost

/// The script module `ims`: what its functions and objects share, the way to the cloud above all.
final class ImsModule: Sendable {
  let context: ScriptContext

  init(context: ScriptContext) { self.context = context }

  static func make(_ context: ScriptContext) -> HostModule {
    let ims = ImsModule(context: context)
    return HostModule(
      "ims", "Private images: build a request, check it, import it, ask for images.",
      functions: RequestFunctions(ims: ims).all + ImportFunctions(ims: ims).all + QueryFunctions(ims: ims).all,
      types: [
        ImageObject.type, JobObject.type, ImageRecordObject.type, ResultsObject.type, LuaIterator.type,
      ])
  }

  /// The rules of the chosen cloud's dialect; needs no connection.
  var rules: RuleSet { RuleSet(dialect: context.cloud.dialect) }

  /// What the rules and the plugins find in a request.
  func report(_ request: ImportRequest) async throws -> ValidationReport {
    do {
      return try await context.hooks.validate(request, by: rules).report
    } catch let error as ImportError {
      throw ImsFailure(error, self)
    }
  }

  /// Does something with the cloud, if the script may, connecting on first use; errors come out as scripts see them.
  func attempt<Result: Sendable>(
    _ use: AccessNeed.ImageUse, _ body: (ImportService) async throws -> Result
  ) async throws -> Result {
    try context.access.check(.images(use))
    do {
      return try await body(try await context.cloud.service())
    } catch {
      throw failure(error)
    }
  }

  /// An error as scripts see it. Not part of its callers, whose frames ten thousand waits keep.
  @inline(never)
  private func failure(_ error: any Error) -> any Error {
    switch error {
    case let error as ImportError: ImsFailure(error, self)
    case let error as CloudError: ImsFailure(ImportError(error), self)
    default: error
    }
  }

  func image(_ request: ImportRequest, file: ImageFileChoice? = nil) -> LuaValue {
    .object(LuaObject(ImageObject(request, self, file: file), type: ImageObject.type))
  }
  /// The request in a script's value; nil where it is something else.
  static func image(_ value: LuaValue) -> ImageObject? {
    guard case .object(let object) = value else { return nil }
    return object.value as? ImageObject
  }

  /// An image of a script's fields, which may name a file.
  func image(_ kind: ImageKind, _ value: LuaValue) throws -> LuaValue {
    var fields = try ImageObject.fields(value)
    let file = try ImageFileChoice(taking: &fields, context)
    let request = ImportRequest(kind: kind, fields: fields).normalizingImageURL().normalizingImageTags()
    return image(file?.plan.completing(request) ?? request, file: file)
  }

  func job(_ job: JobReference) -> LuaValue { .object(LuaObject(JobObject(job, self), type: JobObject.type)) }
  func record(_ record: ImageRecord) -> LuaValue {
    .object(LuaObject(ImageRecordObject(record, self), type: ImageRecordObject.type))
  }
}
