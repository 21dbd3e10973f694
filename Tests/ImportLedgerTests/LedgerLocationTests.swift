import ImportLedger
import Testing

@Suite("Where the ledger is")
struct LedgerLocationTests {
  @Test("The XDG state directory wins over the home directory, if it is absolute")
  func standard() {
    #expect(
      LedgerLocation.standard(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/slipway/ledger.sqlite")
    #expect(
      LedgerLocation.standard(environment: ["XDG_STATE_HOME": "s", "HOME": "/h"])
        == "/h/.local/state/slipway/ledger.sqlite")
    #expect(LedgerLocation.standard(environment: [:]) == nil)
  }
}
