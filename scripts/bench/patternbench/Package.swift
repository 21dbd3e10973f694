// swift-tools-version:6.2
import PackageDescription

let package = Package(
  name: "patternbench",
  // Named, because the folder of a clone may be called anything.
  dependencies: [.package(name: "slipway", path: "../../..")],
  targets: [
    .executableTarget(
      name: "patternbench", dependencies: [.product(name: "LuaHost", package: "slipway")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
