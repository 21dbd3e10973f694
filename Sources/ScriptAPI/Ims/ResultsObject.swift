import ImageImport
import LuaHost

/// What `ims.import_all` gave: one entry an image, in the order of the request.
final class ResultsObject: Sendable {
  let entries: [BatchImport.Entry]
  let ims: ImsModule

  init(_ entries: [BatchImport.Entry], _ ims: ImsModule) {
    self.entries = entries
    self.ims = ims
  }

  static let type = ObjectType(
    "ims.Results", "The outcomes of ims.import_all: results[i], #results, and iterators.",
    fields: [
      ObjectField("count", .integer, "how many images were asked for") { .integer(Int64(entries($0).count)) },
      ObjectField("succeeded_count", .integer, "how many were imported") {
        .integer(Int64(entries($0).count(where: \.succeeded)))
      },
      ObjectField("failed_count", .integer, "how many were not") {
        .integer(Int64(entries($0).count { !$0.succeeded }))
      },
      ObjectField("failure_rate", .number, "failed_count / count, 0 for none") { object in
        let all = entries(object)
        return .number(all.isEmpty ? 0 : Double(all.count { !$0.succeeded }) / Double(all.count))
      },
      ObjectField("all_succeeded", .boolean, "whether none failed") { .boolean(entries($0).allSatisfy(\.succeeded)) },
    ],
    methods: [
      iterator("results:succeeded", "The entries that were imported, one a turn of the loop.", ImsRecords.success) {
        $0.succeeded
      },
      iterator("results:failed", "The entries that were not, one a turn of the loop.", ImsRecords.failure) {
        !$0.succeeded
      },
    ],
    description: { "ims.Results(\(entries($0).count) images, \(entries($0).count { !$0.succeeded }) failed)" },
    length: { entries($0).count },
    element: { object, index in
      guard let results = object as? ResultsObject, results.entries.indices.contains(index - 1) else { return .nil }
      return results.entry(results.entries[index - 1])
    }, elementType: ImsRecords.entry)

  private static func entries(_ object: AnyObject) -> [BatchImport.Entry] { (object as? ResultsObject)?.entries ?? [] }

  private static func iterator(
    _ name: String, _ summary: String, _ entry: LuaType, where matches: @escaping @Sendable (BatchImport.Entry) -> Bool
  ) -> HostFunction {
    HostFunction(
      name, summary,
      returns: [
        HostParameter(
          "iterator", .iterator([HostParameter("entry", entry, "")]), "for entry in \(name)() do")
      ], since: "0.1"
    ) { arguments in
      guard let results = arguments.receiver as? ResultsObject else { return [] }
      let rest = Confined(Remaining(results.entries.filter(matches)))
      return [
        LuaIterator.value {
          guard let next = await rest.use({ $0.next() }) else { return [.nil] }
          return [results.entry(next)]
        }
      ]
    }.documented(mustUse: true, example: example(name))
  }

  private static func example(_ name: String) -> String {
    """
    local ims = require "ims"

    local results = ims.import_all {
      ims.data_image { name = "good01", image_url = "ims-image:data01.zvhd2", min_disk = 20 },
      ims.data_image { name = "bad#01", image_url = "ims-image:data01.zvhd2", min_disk = 20 },
    }
    for entry in \(name)() do print(entry.image.name, entry.ok) end  --> \(name.hasSuffix("failed") ? "bad#01  false" : "good01  true")
    """
  }

  private final class Remaining {
    private var iterator: IndexingIterator<[BatchImport.Entry]>
    init(_ entries: [BatchImport.Entry]) { iterator = entries.makeIterator() }
    func next() -> BatchImport.Entry? { iterator.next() }
  }

  private func entry(_ entry: BatchImport.Entry) -> LuaValue {
    var table = LuaTable()
    table["index"] = .integer(Int64(entry.index + 1))
    table["ok"] = .boolean(entry.succeeded)
    table["image"] = ims.image(entry.request)
    switch entry.outcome {
    case .success(let result): table["result"] = ResultTable.value(result)
    case .failure(let error): table["error"] = ims.errorValue(error)
    }
    return .table(table)
  }
}
