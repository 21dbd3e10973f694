import Foundation
import Testing

@testable import DiskImages

@Suite("The vendor's own files")
struct VendorSamplesTests {
  private static let zvhd2 = (try? Fixtures.samples().filter { $0.format == "zvhd2" }) ?? []

  @Test("All eight samples are here, unchanged")
  func samplesAreWhole() throws {
    let samples = try Fixtures.samples()
    #expect(samples.count == 8)
    for sample in samples {
      #expect(try Shell.sha256(Fixtures.path(sample.file)) == sample.fileSha256, "\(sample.file)")
    }
  }

  @Test("Headers at start and end are read as the manifest has them", arguments: zvhd2)
  func headers(_ sample: Sample) throws {
    let source = try FileByteSource(path: Fixtures.path(sample.file))
    #expect(source.size == sample.fileSize)
    let first = try source.read(at: 0, count: 512)
    let head = try #require(ZVHD2Header(parsing: first))
    let last = try ZVHD2Reader(source).header
    for header in [head, last] {
      #expect(header.isZVHD2)
      #expect(header.originalSize == sample.origSize)
      #expect(header.currentSize == sample.currSize)
      #expect(Int(header.blockSize) == sample.blockSize)
      #expect(header.timestamp == sample.timestamp)
      #expect(header.uuid.map { String(format: "%02x", $0) }.joined() == sample.uuid)
      #expect(header.geometry == sample.geometry)
      #expect(DiskGeometry(size: sample.origSize).packed == sample.geometry)
      #expect(header.compression == (sample.compression == "zlib" ? .zlib : .zstd))
      #expect(header.blockCount == sample.maxBlocks)
    }
    #expect(head.checksum == sample.checksumHead)
    #expect(last.checksum == sample.checksumLast)
    #expect(ZVHD2Header.checksumFits(first))
    #expect(last.indexPosition == sample.indexPosition)
    #expect(last.indexSize == sample.indexSize)
    #expect(last.bitmapPosition == sample.bitmapPosition)
    #expect(last.bitmapSize == sample.bitmapSize)
    #expect(last.storedBlocks == sample.nonZeroBlocks)
    #expect(last.encoded() == Array(try source.read(at: sample.fileSize - 4096, count: 512)))
  }

  @Test("Index and bitmap lead to the frames of the manifest", arguments: zvhd2)
  func tables(_ sample: Sample) throws {
    let source = try FileByteSource(path: Fixtures.path(sample.file))
    let reader = try ZVHD2Reader(source)
    #expect(reader.storedBlocks == sample.frames.map { UInt32($0.block) })
    for expected in sample.frames {
      let entry = try #require(reader.entry(of: expected.block))
      #expect(entry.offset == expected.offset)
      #expect(entry.length == expected.sizeOnDisk)
      #expect(Int(entry.block) == expected.block)
      let frame = try ZVHD2Frame(parsing: source.read(at: entry.offset, count: 48), at: entry.offset)
      #expect(frame.payloadLength == expected.payload)
      #expect(frame.length == UInt64(expected.sizeOnDisk))
    }
    #expect(reader.entry(of: reader.blockCount) == nil)
  }

  @Test("Every frame unpacks to the block of the manifest", arguments: zvhd2)
  func frames(_ sample: Sample) throws {
    let scratch = try Scratch()
    let reader = try ZVHD2Reader(FileByteSource(path: Fixtures.path(sample.file)))
    for frame in sample.frames {
      let block = try #require(try reader.readBlock(frame.block))
      #expect(block.count == sample.blockSize)
      #expect(try Shell.sha256(scratch.write(block, to: "block")) == frame.sha256OfBlock, "block \(frame.block)")
    }
  }

  @Test("Blocks without a frame read as zeros, blocks behind the end are refused")
  func zeroBlocks() throws {
    let reader = try ZVHD2Reader(FileByteSource(path: Fixtures.path("tiny.zvhd2")))
    #expect(try reader.readBlock(1) == nil)
    #expect(try reader.readBlock(4) == nil)
    for block in [6, -1, Int.max] {
      let error = #expect(throws: DiskImageError.self) { try reader.readBlock(block) }
      #expect(error?.kind == .argument)
    }
  }

  @Test("The ZVHD sample gives its three blocks in order")
  func zvhd() throws {
    let sample = try Fixtures.sample("tiny.zvhd")
    let scratch = try Scratch()
    let reader = try ZVHDReader(FileByteSource(path: Fixtures.path(sample.file)))
    #expect(reader.diskSize == sample.origSize)
    #expect(reader.header.timestamp == sample.timestamp)
    #expect(reader.header.checksum == sample.checksumHead)
    for frame in sample.frames {
      let next = try #require(try reader.next())
      #expect(next.block == frame.block)
      #expect(try Shell.sha256(scratch.write(next.bytes, to: "block")) == frame.sha256OfBlock)
    }
    #expect(try reader.next() == nil)
  }

  @Test(
    "Converting a sample to RAW gives the disk it was made from",
    arguments: ["tiny.zvhd2", "tiny-zlib.zvhd2", "tiny.zvhd", "random.zvhd2", "one-sector.zvhd2"])
  func toRaw(_ file: String) throws {
    let sample = try Fixtures.sample(file)
    let scratch = try Scratch()
    let summary = try DiskConverter.convert(from: Fixtures.path(file), to: scratch["out.raw"])
    let raw = file.hasPrefix("tiny") ? "tiny.raw" : String(file.split(separator: ".")[0]) + ".raw"
    #expect(same(try scratch.read("out.raw"), try Fixtures.unpacked(raw)))
    #expect(try Shell.sha256(scratch["out.raw"]) == sample.rawSha256)
    #expect(summary.virtualSize == sample.origSize)
    #expect(summary.outputSize == sample.origSize)
    #expect(summary.storedBlocks == sample.frames.count)
    #expect(summary.minDisk == 1)
  }

  @Test("With the rounded size, a RAW file ends in zeros up to whole GiB")
  func toRawRounded() throws {
    let scratch = try Scratch()
    var options = ConvertOptions()
    options.rawSize = .current
    let summary = try DiskConverter.convert(
      from: Fixtures.path("tiny.zvhd2"), to: scratch["out.raw"], options: options)
    #expect(summary.outputSize == 1 << 30)
    #expect(try FileByteSource(path: scratch["out.raw"]).size == 1 << 30)
    let raw = try Fixtures.unpacked("tiny.raw")
    #expect(same(try FileByteSource(path: scratch["out.raw"]).read(at: 0, count: raw.count), raw))
    #expect(try scratch.allocated("out.raw") < 1 << 20)
  }

  @Test(
    "The writer gives the vendor's bytes, apart from its stray ones",
    arguments: [
      "tiny.zvhd2", "random.zvhd2", "zero-1g.zvhd2", "one-sector.zvhd2", "gpt-ext4-3g.zvhd2", "sparse-65g.zvhd2",
    ])
  func writerMatches(_ file: String) throws {
    let sample = try Fixtures.sample(file)
    let vendor = try Fixtures.bytes(file)
    let reader = try ZVHD2Reader(DataByteSource(vendor))
    var out: [UInt8] = []
    let writer = try ZVHD2Writer(
      diskSize: reader.diskSize, timestamp: sample.timestamp, uuid: reader.header.uuid
    ) { out.append(contentsOf: $0) }
    var next = 0
    for block in reader.storedBlocks.map(Int.init) {
      try writer.skip(blocks: block - next)
      let left = reader.diskSize - UInt64(block) * UInt64(sample.blockSize)
      let bytes = try #require(try reader.readBlock(block)).prefix(Int(min(left, UInt64(sample.blockSize))))
      try Array(bytes).withUnsafeBytes { try writer.append($0) }
      next = block + 1
    }
    try writer.skip(blocks: writer.blockCount - next)
    try writer.finish()
    #expect(out.count == vendor.count)
    #expect(same(masked(out, sample), masked(vendor, sample)))
    // What is masked is zero in ours.
    #expect(same(masked(out, sample), out))
  }

  @Test(
    "Unpacked and packed again by the converter, a sample is the vendor's file again, apart from its stray bytes",
    arguments: [
      "tiny.zvhd2", "random.zvhd2", "zero-1g.zvhd2", "one-sector.zvhd2", "gpt-ext4-3g.zvhd2", "sparse-65g.zvhd2",
    ], [1, 4])
  func thereAndBack(_ file: String, threads: Int) throws {
    let sample = try Fixtures.sample(file)
    let scratch = try Scratch()
    let vendor = try Fixtures.bytes(file)
    var options = ConvertOptions()
    options.threads = threads
    options.timestamp = sample.timestamp
    options.uuid = try ZVHD2Reader(DataByteSource(vendor)).header.uuid
    try DiskConverter.convert(from: Fixtures.path(file), to: scratch["disk.raw"], options: options)
    let summary = try DiskConverter.convert(from: scratch["disk.raw"], to: scratch["again.zvhd2"], options: options)
    #expect(summary.storedBlocks == sample.frames.count)
    #expect(summary.bytesRead <= UInt64(sample.frames.count * sample.blockSize))
    let again = try scratch.read("again.zvhd2")
    #expect(same(again, masked(vendor, sample)))
    // The stream that is sent without a file gives the same.
    let stream = try ZVHD2Conversion(path: scratch["disk.raw"], options: options).stream()
    defer { stream.close() }
    var sent: [UInt8] = []
    while case let piece = try stream.next(upTo: 1 << 20), !piece.isEmpty { sent += piece }
    #expect(same(sent, again))
  }

  /// Zeros behind the three headers and in the padding of the frames.
  private func masked(_ bytes: [UInt8], _ sample: Sample) -> [UInt8] {
    var out = bytes
    func zero(_ range: Range<Int>) {
      for index in range { out[index] = 0 }
    }
    for start in [0, Int(sample.dataEnd), out.count - 4096] { zero(start + 512..<start + 4096) }
    for frame in sample.frames {
      let start = Int(frame.offset)
      zero(start + 48 + Int(frame.payload)..<start + Int(frame.sizeOnDisk) - 4)
    }
    return out
  }
}
