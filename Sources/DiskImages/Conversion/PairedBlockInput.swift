/// Two disks in step: a block is zero only where both are, and the bytes are the first one's.
final class PairedBlockInput: BlockInput {
  let first: any BlockInput
  let second: any BlockInput
  /// The larger of the two.
  let diskSize: UInt64
  var roundedSize: UInt64 { diskSize }
  var bytesRead: UInt64 { first.bytesRead + second.bytesRead }
  var isParallel: Bool { first.isParallel && second.isParallel }

  init(_ first: any BlockInput, _ second: any BlockInput) {
    (self.first, self.second) = (first, second)
    diskSize = max(first.diskSize, second.diskSize)
  }

  func abandon() {
    first.abandon()
    second.abandon()
  }

  func stretches(from block: Int) throws -> any BlockStretches {
    try Stretches(first.stretches(from: block), second.stretches(from: block))
  }

  func load(
    _ block: Int, _ content: BlockContent, into buffer: UnsafeMutableRawBufferPointer, with decoder: BlockDecoder
  ) throws {
    guard block < first.blockCount else { return buffer[...].zero() }
    try first.load(block, content, into: buffer, with: decoder)
    buffer[first.length(ofBlock: block)...].zero()
  }

  private final class Stretches: BlockStretches {
    private let inputs: [any BlockStretches]
    /// Blocks of zeros of each disk that were not passed yet; a disk that has ended is zero for ever.
    private var zeros = [0, 0]

    init(_ first: any BlockStretches, _ second: any BlockStretches) {
      inputs = [first, second]
    }

    func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
      var contents: [BlockContent?] = [nil, nil]
      for side in [1, 0] {
        while zeros[side] == 0, contents[side] == nil {
          switch try inputs[side].next(buffer) {
          case .none: zeros[side] = .max
          case .zeros(let blocks): zeros[side] = blocks
          case .block(let content): contents[side] = content
          }
        }
      }
      if contents == [nil, nil] {
        let blocks = zeros.min() ?? .max
        if blocks == .max { return nil }
        for side in zeros.indices where zeros[side] != .max { zeros[side] -= blocks }
        return .zeros(blocks: blocks)
      }
      for side in zeros.indices where contents[side] == nil && zeros[side] != .max { zeros[side] -= 1 }
      // Zeros of the first disk: no piece of the block is in its file.
      return .block(contents[0] ?? .pieces([]))
    }
  }
}
