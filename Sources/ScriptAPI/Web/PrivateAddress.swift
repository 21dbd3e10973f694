import Dispatch
import Foundation

/// Tells whether a host name leads to this machine, its network, or a cloud's metadata service.
enum PrivateAddress {
  /// Looks the name up; a name that is not found leads nowhere.
  static func isMeant(by host: String) async -> Bool {
    await withCheckedContinuation { continuation in
      // The system's resolver blocks.
      DispatchQueue.global().async { continuation.resume(returning: lookUp(host)) }
    }
  }

  private static func lookUp(_ host: String) -> Bool {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return false }
    defer { freeaddrinfo(list) }
    var next = list
    while let entry = next?.pointee {
      if isPrivate(entry) { return true }
      next = entry.ai_next
    }
    return false
  }

  private static func isPrivate(_ entry: addrinfo) -> Bool {
    guard let address = entry.ai_addr else { return true }
    switch entry.ai_family {
    case AF_INET:
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
        isPrivate(v4: UInt32(bigEndian: pointer.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      let bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
        withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
      }
      return isPrivate(v6: bytes)
    default: return true
    }
  }

  /// Loopback, private, link-local, shared (100.64/10), multicast, reserved and unspecified.
  static func isPrivate(v4 address: UInt32) -> Bool {
    func within(_ network: UInt32, _ bits: UInt32) -> Bool { address >> (32 - bits) == network >> (32 - bits) }
    return within(0x0000_0000, 8) || within(0x0A00_0000, 8) || within(0x6440_0000, 10) || within(0x7F00_0000, 8)
      || within(0xA9FE_0000, 16) || within(0xAC10_0000, 12) || within(0xC0A8_0000, 16) || within(0xC612_0000, 15)
      || within(0xE000_0000, 3)
  }

  /// As for IPv4, also where one stands inside: mapped, translated (64:ff9b::/96) and 6to4 addresses.
  static func isPrivate(v6 bytes: [UInt8]) -> Bool {
    guard bytes.count == 16 else { return true }
    func v4(_ start: Int) -> UInt32 { bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    if bytes.prefix(10).allSatisfy({ $0 == 0 }) {
      if bytes[10] == 0xFF, bytes[11] == 0xFF { return isPrivate(v4: v4(12)) }
      return true
    }
    if bytes[0] == 0x20, bytes[1] == 0x02 { return isPrivate(v4: v4(2)) }
    if bytes.prefix(4).elementsEqual([0x00, 0x64, 0xFF, 0x9B]) { return isPrivate(v4: v4(12)) }
    // fc00::/7 private, fe80::/10 link-local, fec0::/10 site-local, ff00::/8 multicast.
    return bytes[0] & 0xFE == 0xFC || (bytes[0] == 0xFE && bytes[1] & 0x80 == 0x80) || bytes[0] == 0xFF
  }
}
