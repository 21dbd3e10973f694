import Foundation
import GRDB
import ImageImport
import Testing

@testable import ImportLedger

@Suite("Faults of the ledger")
struct LedgerFaultTests {
  @Test("An error of the disk where no room is left means that it is full; elsewhere it is what it says")
  func room() throws {
    let error = DatabaseError(resultCode: .SQLITE_IOERR, message: "disk I/O error")
    for room in [UInt64(0), 4096] {
      let fault = try #require(LedgerFault.from(error, path: "/x/ledger.sqlite", room: room) as? RecordStoreError)
      #expect(fault.kind == .full && fault.message.contains("the disk is full"))
    }
    for room in [UInt64(1 << 30), nil] {
      let fault = try #require(LedgerFault.from(error, path: "/x/ledger.sqlite", room: room) as? RecordStoreError)
      #expect(fault.kind == .inaccessible && fault.message.contains("disk I/O error"))
    }
  }

  @Test("A directory that cannot be made says why")
  func directory() {
    let error = #expect(throws: RecordStoreError.self) { try SQLiteLedger(path: "/dev/null/slipway/ledger.sqlite") }
    #expect(error?.message.contains("its directory cannot be made: Not a directory") == true)
  }
}
