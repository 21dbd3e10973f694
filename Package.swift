// swift-tools-version:6.2
import PackageDescription

// Targets stand in floor order: a room imports only from floors below it (docs/architecture.md).

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let strictC: [CSetting] = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "slipway",
  products: [
    .executable(name: "slipway", targets: ["slipway"]),
    .library(name: "LuaHost", targets: ["LuaHost"]),
    .library(name: "ImageImport", targets: ["ImageImport"]),
    .library(name: "DiskImages", targets: ["DiskImages"]),
    .library(name: "CloudSimulator", targets: ["CloudSimulator"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: C libraries, and the only code that sees them.
    .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
    .target(name: "CLuaHost", dependencies: ["CLua"], cSettings: strictC),
    .target(name: "CMD5", cSettings: strictC),
    .target(name: "CEdit", dependencies: ["CLibEdit"], cSettings: strictC),
    .target(name: "CProcess", cSettings: strictC),

    // Floor 1.
    .target(name: "LuaHost", dependencies: ["CLuaHost"], swiftSettings: strict),
    .target(
      name: "CloudAccess",
      dependencies: [crypto, logging, httpClient, yaml] + nio,
      swiftSettings: strict),
    .target(
      name: "ObjectStorage",
      dependencies: [
        "CloudAccess", "CMD5", crypto, .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(name: "DiskImages", dependencies: ["CZstd", "CZlib"], swiftSettings: strict),
    .target(
      name: "Cassette", dependencies: ["CloudAccess", crypto, .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),

    // Floor 2.
    .target(
      name: "ImageImport", dependencies: ["CloudAccess", "ObjectStorage", "DiskImages"], swiftSettings: strict),
    .target(
      name: "ImportLedger",
      dependencies: ["ImageImport", "CloudAccess", crypto, .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),

    // Floor 3.
    .target(
      name: "ScriptAPI",
      dependencies: ["LuaHost", "ImageImport", "ObjectStorage", "DiskImages", "CloudAccess", logging],
      swiftSettings: strict),

    .target(
      name: "PluginHost",
      dependencies: ["ScriptAPI", "LuaHost", "ImageImport", "CloudAccess", crypto, yaml, logging],
      swiftSettings: strict),
    .target(name: "ScriptCheck", dependencies: ["LuaHost"], swiftSettings: strict),

    // Floor 4.
    .target(
      name: "Workbench",
      dependencies: ["ScriptAPI", "LuaHost", "ImageImport", "CloudAccess", "CEdit", logging],
      swiftSettings: strict),
    .target(
      name: "CloudSimulator",
      dependencies: [
        "ImageImport", "CloudAccess", "ObjectStorage", "DiskImages", crypto, logging,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),

    // Floor 5.
    .executableTarget(
      name: "slipway",
      dependencies: [
        "Workbench", "CloudSimulator", "PluginHost", "ScriptCheck", "ScriptAPI", "ImageImport", "ImportLedger",
        "CloudAccess", "LuaHost", "DiskImages", "ObjectStorage", "Cassette", "CProcess", logging, yaml,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Prints how late the scheduler learns of the ends of many jobs: scripts/bench/poll-model.
    .executableTarget(name: "WaitModel", dependencies: ["ImageImport"], swiftSettings: strict),

    .executableTarget(name: "EmbeddingExample", dependencies: ["LuaHost"], swiftSettings: strict),

    // Tests stand beside the rooms they test.
    .testTarget(name: "LuaHostTests", dependencies: ["LuaHost"], exclude: ["Scripts"], swiftSettings: strict),
    .testTarget(
      name: "ScriptCheckTests", dependencies: ["ScriptCheck", "LuaHost"], exclude: ["Scripts"], swiftSettings: strict),
    .testTarget(
      name: "CloudAccessTests", dependencies: ["CloudAccess"] + nio, exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "ObjectStorageTests", dependencies: ["ObjectStorage"] + nio, exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "CassetteTests",
      dependencies: ["Cassette", "CloudAccess", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),
    .testTarget(name: "DiskImagesTests", dependencies: ["DiskImages"], exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(name: "ImageImportTests", dependencies: ["ImageImport"], exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "ImportLedgerTests", dependencies: ["ImportLedger", "CloudSimulator"], swiftSettings: strict),
    .testTarget(name: "CloudSimulatorTests", dependencies: ["CloudSimulator"], swiftSettings: strict),
    .testTarget(
      name: "ScriptAPITests", dependencies: ["ScriptAPI", "CloudSimulator", "DiskImages", "TestSupport"],
      exclude: ["Scripts"], swiftSettings: strict),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "PluginHostTests", dependencies: ["PluginHost", "CloudSimulator", "DiskImages", "TestSupport"],
      swiftSettings: strict),
    .testTarget(name: "WorkbenchTests", dependencies: ["Workbench"], exclude: ["Expect"], swiftSettings: strict),
    .testTarget(
      name: "SlipwayTests",
      dependencies: [
        "slipway", "EmbeddingExample", "Cassette", "CloudSimulator", "CloudAccess", "DiskImages", "ScriptAPI",
        "LuaHost",
      ],
      swiftSettings: strict),
  ]
)
