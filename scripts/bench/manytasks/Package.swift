// swift-tools-version:6.2
import PackageDescription

let package = Package(
  name: "manytasks",
  // Named, because the folder of a clone may be called anything.
  dependencies: [.package(name: "slipway", path: "../../..")],
  targets: [
    .executableTarget(
      name: "manytasks", dependencies: [.product(name: "LuaHost", package: "slipway")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
