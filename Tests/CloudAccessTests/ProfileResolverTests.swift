import Foundation
import Testing

@testable import CloudAccess

@Suite("Finding the profile")
struct ProfileResolverTests {
  /// A working directory and a home of its own, removed at the end.
  private final class Places {
    let root: String
    var work: String { root + "/project" }
    var home: String { root + "/home" }

    init() throws {
      root = FileManager.default.temporaryDirectory.path + "/slipway-profiles-\(UUID().uuidString)"
      for folder in [work, home + "/.config/openstack", home + "/.huaweicloud"] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func write(_ path: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + path))
    }

    func resolver(_ environment: [String: String] = [:]) -> ProfileResolver {
      ProfileResolver(environment: environment, workingDirectory: work, homeDirectory: home)
    }
  }

  private static let clouds = """
    clouds:
      otc:
        profile: otc
        auth: {username: me, password: 00123, user_domain_name: OTC-EU-DE-1, project_name: eu-nl_team}
        access_key: AK
        secret_key: "s3cr3t"
        cacert: /etc/ca.pem
        image_endpoint_override: https://ims.example.test
      swiss:
        region_name: eu-ch2
        ak: AK2
        sk: SK2
        dialect: otc
      hw:
        profile: huawei
        region_name: ap-southeast-1
        auth_type: aksk
        access_key: AK3
        secret_key: SK3
        security_token: T3
        verify: false
        x_slipway_signing_form: b
        x_slipway_obs_path_style: true
        api_timeout: 7
        x_slipway_killed_images: listed
    """

  private func error(_ places: Places, _ environment: [String: String] = [:], name: String? = nil) -> String {
    do throws(ConfigurationError) {
      let profile = try places.resolver(environment).resolve(name: name)
      return "resolved \(profile?.name ?? "nothing")"
    } catch { return error.description }
  }

  @Test("Whether killed images are listed is found out unless somebody says it, the environment before the file")
  func killedImages() throws {
    let places = try Places()
    try places.write("project/clouds.yaml", Self.clouds)
    func choice(_ name: String, _ word: String? = nil) throws -> KilledImages? {
      try places.resolver(word.map { ["SLIPWAY_KILLED_IMAGES": $0] } ?? [:]).resolve(name: name)?.killedImages
    }
    #expect(try choice("otc") == .auto)
    #expect(try choice("hw") == .listed)
    #expect(try choice("hw", "Hidden") == .hidden)
    let error = error(places, ["SLIPWAY_KILLED_IMAGES": "yes"], name: "hw")
    #expect(error.contains("SLIPWAY_KILLED_IMAGES is \"yes\", expected auto, listed or hidden"), "\(error)")
  }

  @Test("Nothing configured is nothing, not an error")
  func nothing() throws {
    let places = try Places()
    // The system's own folder may hold a file on a developer's machine.
    guard !FileManager.default.fileExists(atPath: "/etc/openstack/clouds.yaml") else { return }
    #expect(try places.resolver(["OS_REGION_NAME": "eu-de", "HOME": "/x"]).resolve(name: nil) == nil)
  }

  @Test("An entry of clouds.yaml becomes a profile, with the vendor's defaults")
  func entry() throws {
    let places = try Places()
    try places.write("project/clouds.yaml", Self.clouds)
    let otc = try #require(try places.resolver().resolve(name: "otc"))
    #expect(otc.name == "otc")
    #expect(otc.dialect == .otc)
    #expect(otc.region == "eu-nl")
    #expect(otc.authURL == "https://iam.eu-nl.otc.t-systems.com/v3")
    #expect(otc.signingForm == .b)
    #expect(otc.projectName == "eu-nl_team")
    guard case .password(let credentials) = otc.credentials else { Issue.record("no password"); return }
    #expect(credentials.password.reveal() == "00123")
    #expect(credentials.userDomainName == "OTC-EU-DE-1")
    #expect(otc.keyForObjectStorage?.secret.reveal() == "s3cr3t")
    #expect(otc.caFile == "/etc/ca.pem")
    #expect(otc.endpointOverrides == [.image: "https://ims.example.test"])

    let swiss = try #require(try places.resolver(["OS_CLOUD": "swiss"]).resolve(name: nil))
    #expect(swiss.authURL == "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3")
    let hw = try #require(try places.resolver(["OS_CLOUD": "swiss"]).resolve(name: "hw"))
    #expect(hw.authURL == "https://iam.ap-southeast-1.myhuaweicloud.com/v3")
    #expect(hw.dialect == .huawei)
    #expect(hw.signingForm == .b)
    #expect(!hw.verifyTLS)
    #expect(hw.objectStoragePathStyle)
    #expect(hw.timeouts.headers == .seconds(7))
    #expect(hw.killedImages == .listed)
    guard case .accessKey(let key) = hw.credentials else { Issue.record("no key"); return }
    #expect(key.securityToken?.reveal() == "T3")
  }

  @Test("secure.yaml is merged over the entry, and the folders are searched in order")
  func secureAndOrder() throws {
    let places = try Places()
    try places.write(
      "home/.config/openstack/clouds.yaml", "clouds: {a: {region_name: eu-de, auth: {username: u, user_id: i}}}")
    try places.write("home/.config/openstack/secure.yaml", "clouds: {a: {auth: {password: hush}}}")
    guard case .password(let credentials)? = try places.resolver().resolve(name: nil)?.credentials else {
      Issue.record("no password")
      return
    }
    #expect(credentials.password.reveal() == "hush")
    #expect(credentials.userID == "i")
    try places.write("project/clouds.json", #"{"clouds": {"b": {"region_name": "eu-nl", "ak": "A", "sk": "S"}}}"#)
    #expect(try places.resolver().resolve(name: nil)?.name == "b")
    try places.write("named.yml", "clouds: {c: {region_name: eu-nl, ak: A, sk: S}}")
    #expect(try places.resolver(["OS_CLIENT_CONFIG_FILE": places.root + "/named.yml"]).resolve(name: nil)?.name == "c")
  }

  @Test("The command line wins over the environment, and the environment over the file")
  func precedence() throws {
    let places = try Places()
    try places.write("project/clouds.yaml", Self.clouds)
    let environment = [
      "OS_ACCESS_KEY_ID": "EA", "OS_SK": "hush-1", "OS_REGION_NAME": "eu-de", "SLIPWAY_DIALECT": "huawei",
    ]
    let resolved = try #require(try places.resolver(environment).explain(name: nil))
    #expect(resolved.profile.name == "environment")
    #expect(resolved.profile.dialect == .huawei)
    #expect(resolved.source == "the OS_* variables")
    #expect(resolved.places.contains { $0.setting == "secret_key" && $0.place == "OS_SK" })
    #expect(!"\(resolved)".contains("hush-1"))
    #expect(try places.resolver(environment).resolve(name: "swiss")?.name == "swiss")
    #expect(try places.resolver(environment.merging(["OS_CLOUD": "hw"]) { $1 }).resolve(name: nil)?.name == "hw")
  }

  @Test("The variables of the Huawei SDK make a profile, endpoints by region included")
  func huawei() throws {
    let places = try Places()
    let environment = [
      "HUAWEICLOUD_SDK_AK": "A", "HUAWEICLOUD_SDK_SK": "S", "HUAWEICLOUD_SDK_SECURITY_TOKEN": "T",
      "HUAWEICLOUD_SDK_PROJECT_ID": "p", "HUAWEICLOUD_SDK_IAM_ENDPOINT": "https://iam.la-south-2.myhuaweicloud.com",
      "HUAWEICLOUD_SDK_REGION_IMS_LA_SOUTH_2": "https://ims.one.test, https://ims.two.test", "SSL_CERT_FILE": "/ca",
    ]
    let profile = try #require(try places.resolver(environment).resolve(name: nil))
    #expect(profile.region == "la-south-2")
    #expect(profile.dialect == .huawei)
    #expect(profile.signingForm == .a)
    #expect(profile.authURL == "https://iam.la-south-2.myhuaweicloud.com/v3")
    #expect(profile.projectID == "p")
    #expect(profile.endpointOverrides == [.image: "https://ims.one.test"])
    #expect(profile.caFile == "/ca")

    try places.write(
      "home/.huaweicloud/credentials", "# mine\n[basic]\nak = FA\nsk = F=S\nproject_id=fp\n[global]\nak = no\n")
    guard !FileManager.default.fileExists(atPath: "/etc/openstack/clouds.yaml") else { return }
    let file = try #require(try places.resolver(["HW_REGION_NAME": "eu-west-101"]).resolve(name: nil))
    guard case .accessKey(let key) = file.credentials else { Issue.record("no key"); return }
    #expect(key.access == "FA")
    #expect(key.secret.reveal() == "F=S")
    #expect(file.dialect == .huawei)
  }

  @Test("Mistakes name the file or variable, the entry and the field, and never a secret")
  func mistakes() throws {
    let places = try Places()
    try places.write("project/clouds.yaml", Self.clouds)
    let file = places.work + "/clouds.yaml"
    #expect(error(places, name: "otcc") == "\(file) has no cloud \"otcc\"; it has hw, otc, swiss. (did you mean otc?)")
    #expect(
      error(places)
        == "\(file) has 3 clouds, and none is chosen. (choose with --cloud NAME or OS_CLOUD: hw, otc, swiss)")
    #expect(error(places, ["OS_PASSWORD": "hush"]).hasPrefix("the OS_* variables: region is missing."))
    #expect(error(places, ["OS_PASSWORD": "hush", "OS_REGION_NAME": "eu-de"]).contains("username is missing"))
    #expect(error(places, ["OS_ACCESS_KEY": "x", "OS_REGION_NAME": "eu-de"]).contains("secret_key is missing"))
    #expect(error(places, ["OS_CLIENT_CONFIG_FILE": "/no/such"]).contains("OS_CLIENT_CONFIG_FILE names /no/such"))
    let entries = [
      "{region_name: eu-de, ak: A, sk: S, verify: perhaps}":
        "\(file): verify of cloud x is \"perhaps\", expected true or false.",
      "{region_name: eu-de, ak: A, sk: S, dialect: aws}":
        "\(file): dialect of cloud x is \"aws\", expected otc or huawei.",
      "{region_name: eu-de, ak: A, sk: S, auth: {auth_url: \"ftp://x\"}}":
        "\(file): auth.auth_url of cloud x is \"ftp://x\", expected an address with http:// or https://.",
      "{region_name: eu-de, ak: A, sk: [S]}": "\(file): sk of cloud x is not a single value.",
      "{region_name: eu-de, auth_type: kerberos, ak: A, sk: S}":
        "\(file): auth_type of cloud x is \"kerberos\", expected password, token or aksk.",
      "{region_name: eu-de}":
        "entry x of \(file) holds no credentials. (set username and password, a token, or access_key and secret_key)",
      "[]": "\(file): the entry x is no map of settings.",
    ]
    for (entry, expected) in entries {
      try places.write("project/clouds.yaml", "clouds: {x: \(entry)}")
      #expect(error(places, name: "x") == expected)
    }
    try places.write("project/clouds.yaml", "clouds:\n  x:\n    sk: \"hush\n")
    let broken = error(places, name: "x")
    #expect(broken.contains("clouds.yaml:"))
    #expect(!broken.contains("hush"))
    try places.write("project/clouds.yaml", "cloud: 1")
    #expect(error(places).contains("has no map \"clouds\""))
  }
}
