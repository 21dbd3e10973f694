import CloudAccess

@testable import ImageImport

/// At least one refusing and one accepting case of every rule that can be checked without the network.
enum RuleCases {
  static let all = body + name + location + disk + kind + tags + account + file

  private static let body: [RuleCase] = [
    RuleCase(0, ["name": 5], .error), RuleCase(0, ["tags": "a.b"], .error), RuleCase(0, ["tags": [1, "a.b"]], .error),
    RuleCase(0, ["image_tags": ["a": "b"]], .error), RuleCase(0, ["description": ["x"]], .error),
    RuleCase(0, ["enterprise_project_id": 0], .error), RuleCase(0, [:]), RuleCase(0, ["min_disk": "40"]),
  ]

  private static let name: [RuleCase] = [
    RuleCase(1, ["name": .null], .error), RuleCase(1, ["name": ""], .error), RuleCase(1, ["name": "x"]),
    RuleCase(2, ["name": .string(letters(129))], .error), RuleCase(2, ["name": .string(letters(128))]),
    RuleCase(2, ["name": .string(letters(128, "中"))]), RuleCase(2, ["name": .string(letters(65, "e\u{301}"))], .error),
    RuleCase(3, ["name": " web"], .error), RuleCase(3, ["name": "web "], .error), RuleCase(3, ["name": "we b"]),
    RuleCase(4, ["name": "web/01"], .error), RuleCase(4, ["name": "wéb"], .error),
    RuleCase(4, ["name": "a\tb"], .error),
    RuleCase(4, ["name": "A-b.c_d 9"]), RuleCase(4, ["name": "镜像01"], otc: .error, huawei: nil),
    RuleCase(6, ["description": .string(letters(1025))], .error), RuleCase(6, ["description": .string(letters(1024))]),
    RuleCase(7, ["description": "a < b"], .error), RuleCase(7, ["description": "a > b"], .error),
    RuleCase(7, ["description": "a = b, c & d"]), RuleCase(8, ["description": "a\rb"], .error),
    RuleCase(8, ["description": "a\r\nb"], .error), RuleCase(8, ["description": "a\nb"], .warning),
    RuleCase(8, ["description": "a b"]),
  ]

  private static func url(_ rule: Int, _ url: String, _ severity: Severity? = nil) -> RuleCase {
    RuleCase(rule, ["image_url": .string(url)], severity)
  }

  private static let location: [RuleCase] = [
    RuleCase(10, ["image_url": .null], .error), url(10, "", .error), url(10, "bucket/a.raw", .error),
    url(10, ":a.raw", .error), url(10, "bucket:", .error), url(10, "bucket:a:b.raw"), url(10, "obs://bucket/a.raw"),
    url(11, "https://b.obs.eu-de.otc.t-systems.com/a.raw", .error), url(11, "obs://bucket/a.raw", .error),
    url(11, "s3://bucket/a.raw", .error), url(11, "bucket:a.raw"), url(12, "ab:a.raw", .error),
    url(12, "\(letters(64)):a.raw", .error), url(12, "\(letters(63)):a.raw"), url(12, "Bucket:a.raw", .error),
    url(12, "bück:a.raw", .error), url(12, "buc-ket.1:a.raw"), url(13, "-bucket:a.raw", .error),
    url(13, "bucket.:a.raw", .error), url(13, "buc..ket:a.raw", .error), url(13, "buc.-ket:a.raw", .error),
    url(13, "buc-.ket:a.raw", .error), url(13, "10.0.0.1:a.raw", .error), url(13, "10.0.0.256:a.raw"),
    url(13, "b.1.2.3:a.raw"), url(14, "buc.ket:a.raw", .warning), url(14, "bucket:a.raw"),
    url(15, "bucket:\(letters(1021)).raw", .error), url(15, "bucket:\(letters(1020)).raw"),
    url(15, "bucket:\(letters(511, "é")).raw", .error), url(16, "bucket:my dir/a.raw", .error),
    url(16, "bucket:a b.raw", .error), url(16, "bucket:dir/a.raw"), url(17, "bucket:dir/a+b.raw", .warning),
    url(17, "bucket:\(letters(125)).raw", .warning), url(17, "bucket:d+ir/a-b_c.1.raw"),
    url(18, "bucket:dir/", .error), url(18, "bucket:/a.raw", .warning), url(18, "bucket:a//b.raw"),
    url(19, "bucket:a.qcow2", .error), url(19, "bucket:a.VMDK", .error), url(19, "bucket:a.zvhd2.gz", .error),
    url(19, "bucket:a.mf", .error), url(19, "bucket:a.img", .warning), url(19, "bucket:dir.raw/a", .warning),
    url(19, "bucket:.raw", .warning), url(19, "bucket:a.ZVHD2"), url(19, "bucket:a.Raw"), url(19, "bucket:a.zvhd"),
    url(20, "bucket:a.zvhd", .error), url(20, "bucket:a.ZVHD", .error), url(20, "bucket:a.zvhd2"),
  ]

  private static let disk: [RuleCase] = [
    RuleCase(23, ["min_disk": .null], .error), RuleCase(23, ["min_disk": "40"], .error),
    RuleCase(23, ["min_disk": 40.5], .error), RuleCase(23, ["min_disk": true], .error), RuleCase(23, ["min_disk": 40]),
    RuleCase(23, ["min_disk": .number(40)]),
    RuleCase(24, ["min_disk": 0], otc: .error, huawei: nil), RuleCase(24, ["min_disk": 1025], otc: .error, huawei: nil),
    RuleCase(24, ["min_disk": -1], .error, kind: .data), RuleCase(24, ["min_disk": 1025], .error, kind: .data),
    RuleCase(24, ["min_disk": 1]), RuleCase(24, ["min_disk": 1024], kind: .data),
    RuleCase(25, ["min_disk": 0], otc: nil, huawei: .error), RuleCase(25, ["min_disk": 1025], otc: nil, huawei: .error),
    RuleCase(25, ["min_disk": 9], otc: nil, huawei: .warning), RuleCase(25, ["min_disk": 10]),
    RuleCase(25, ["min_disk": 19, "os_version": "Windows 10 64bit"], otc: nil, huawei: .warning),
    RuleCase(25, ["min_disk": 20, "os_version": "Windows 10 64bit"]), RuleCase(25, ["min_disk": 5], kind: .data),
    RuleCase(27, ["min_disk": 40], .error, file: ImageFileFacts(diskSize: (40 << 30) + 1)),
    RuleCase(27, ["min_disk": 2], .error, kind: .data, file: ImageFileFacts(diskSize: 2_147_991_552)),
    RuleCase(27, ["min_disk": 40], file: ImageFileFacts(diskSize: 40 << 30)), RuleCase(27, ["min_disk": 1]),
    RuleCase(28, [:], .warning, file: ImageFileFacts(objectSize: 1 << 30)),
    RuleCase(28, [:], file: ImageFileFacts(diskSize: 1 << 30)), RuleCase(28, [:]),
  ]

  private static let kind: [RuleCase] = [
    RuleCase(29, ["type": "ecs"], .error), RuleCase(29, ["type": "dataimage"], .error), RuleCase(29, ["type": "ECS"]),
    RuleCase(29, ["type": "BMS"]), RuleCase(29, [:]), RuleCase(29, [:], kind: .data),
    RuleCase(30, ["os_version": .null], .error), RuleCase(30, ["os_version": ""], .error), RuleCase(30, [:]),
    RuleCase(30, [:], kind: .data),
    RuleCase(31, ["os_version": "centos 7.0 64bit"], .warning), RuleCase(31, ["os_version": "BeOS 5"], .warning),
    RuleCase(31, ["os_version": "9.6 64bit"], .warning),
    RuleCase(31, ["os_version": "Ubuntu 22.04 Server 64bit"], otc: nil, huawei: .warning),
    RuleCase(31, ["os_version": "CentOS 7.0 64bit"]),
    RuleCase(32, ["os_version": "CentOS 7.0 64bit"], .warning, kind: .data), RuleCase(32, [:], kind: .data),
    RuleCase(32, [:]), RuleCase(33, ["os_type": "linux"], .error, kind: .data),
    RuleCase(33, ["os_type": "Other"], .error, kind: .data), RuleCase(33, ["os_type": "Windows"], kind: .data),
    RuleCase(33, [:], kind: .data), RuleCase(34, ["os_type": "Linux"], .warning), RuleCase(34, [:]),
    RuleCase(34, ["os_type": "Linux"], kind: .data),
    RuleCase(35, ["os_version": "Windows 10 64bit"], otc: nil, huawei: .warning), RuleCase(35, [:]),
    RuleCase(36, ["architecture": "x86_64"], .error), RuleCase(36, ["architecture": "ARM"], .error),
    RuleCase(36, ["architecture": "x86"]), RuleCase(36, ["architecture": "arm"]),
    RuleCase(37, ["architecture": "x86"], .warning, kind: .data),
    RuleCase(37, ["hw_firmware_type": "bios"], .warning, kind: .data), RuleCase(37, ["architecture": "x86"]),
    RuleCase(38, ["hw_firmware_type": "UEFI"], .error), RuleCase(38, ["hw_firmware_type": "uefi"]),
    RuleCase(38, ["hw_firmware_type": "bios"]),
    RuleCase(39, ["architecture": "arm", "hw_firmware_type": "bios"], .error),
    RuleCase(39, ["architecture": "arm", "hw_firmware_type": "uefi"]), RuleCase(39, ["architecture": "arm"]),
    RuleCase(39, ["architecture": "x86", "hw_firmware_type": "bios"]),
    RuleCase(40, ["hw_firmware_type": "uefi", "os_version": "CentOS 7.1 64bit"], otc: .warning, huawei: nil),
    RuleCase(40, ["hw_firmware_type": "uefi", "os_version": "Windows 10 64bit"]),
    RuleCase(40, ["hw_firmware_type": "bios"]),
    RuleCase(41, ["architecture": "arm", "os_version": "Windows 10 64bit"], .warning),
    RuleCase(41, ["architecture": "arm", "os_version": "CentOS 6.3 32bit"], .warning),
    RuleCase(41, ["architecture": "arm"]), RuleCase(41, ["os_version": "Windows 10 64bit"]),
    RuleCase(42, ["license_type": "free", "os_version": "Windows 10 64bit"], otc: .warning, huawei: .error),
    RuleCase(42, ["license_type": "byol", "os_version": "Windows 10 64bit"], otc: .warning, huawei: nil),
    RuleCase(42, ["license_type": "byol"], .warning), RuleCase(42, [:]),
    RuleCase(43, ["cmk_id": "x"], .error), RuleCase(43, [:]), RuleCase(44, ["is_config": true], .warning),
    RuleCase(44, ["min_ram": 1024], .warning), RuleCase(44, [:]), RuleCase(45, ["imageurl": "x"], .warning),
    RuleCase(45, ["zzz": 1], .warning), RuleCase(45, ["cmk_id": "x", "is_config": true]), RuleCase(45, [:]),
  ]

  private static let tags: [RuleCase] = [
    RuleCase(46, ["tags": ["a.b"], "image_tags": tag("c", "d")], .error), RuleCase(46, ["tags": ["a.b"]]),
    RuleCase(46, ["image_tags": tag("c", "d")]),
    RuleCase(47, ["tags": ["a.b.c"]], otc: .error, huawei: nil), RuleCase(47, ["tags": ["a.b"]]),
    RuleCase(48, ["tags": ["a.b", "ab"]], .warning), RuleCase(48, ["tags": ["a."]]),
    RuleCase(49, ["tags": [".b"]], .error), RuleCase(49, ["image_tags": tag("", "v")], .error),
    RuleCase(49, ["image_tags": tag(letters(37), "v")], otc: .error, huawei: .warning),
    RuleCase(49, ["image_tags": tag(letters(129), "v")], .error), RuleCase(49, ["image_tags": tag(letters(36), "v")]),
    RuleCase(50, ["image_tags": tag("k", letters(44))], otc: .error, huawei: .warning),
    RuleCase(50, ["tags": [.string("k." + letters(256))]], .error), RuleCase(50, ["image_tags": tag("k", letters(43))]),
    RuleCase(50, ["image_tags": tag("k", "")]),
    RuleCase(51, ["image_tags": tag("k/y", "v")], otc: .error, huawei: .warning),
    RuleCase(51, ["image_tags": tag("k", "v v")], otc: .error, huawei: .warning),
    RuleCase(51, ["image_tags": tag("k", "1.2")], otc: .error, huawei: nil), RuleCase(51, ["tags": ["k.1.2"]]),
    RuleCase(51, ["image_tags": tag("Key_1", "v-2")]), RuleCase(51, ["image_tags": tag(" k ", "v ")]),
    RuleCase(52, ["image_tags": tag(" k", "v")], .warning), RuleCase(52, ["image_tags": tag("k", "v ")], .warning),
    RuleCase(52, ["image_tags": tag("k", "v")]),
    RuleCase(53, ["image_tags": [["key": "k"]]], .error),
    RuleCase(53, ["image_tags": [["key": 1, "value": "v"]]], .error),
    RuleCase(53, ["image_tags": ["k.v"]], .error), RuleCase(53, ["image_tags": tag("k", "v")]),
    RuleCase(54, ["tags": ["a.1", "a.2"]], .error),
    RuleCase(54, ["image_tags": [["key": "a", "value": "1"], ["key": "a ", "value": "2"]]], .error),
    RuleCase(54, ["tags": ["a.1", "A.1"]]), RuleCase(55, ["image_tags": manyTags(11)], otc: .error, huawei: .warning),
    RuleCase(55, ["image_tags": manyTags(21)], .error), RuleCase(55, ["image_tags": manyTags(10)]),
    RuleCase(56, ["image_tags": tag("_sys_x", "v")], otc: nil, huawei: .warning),
    RuleCase(56, ["image_tags": tag("sys_x", "v")]),
  ]

  private static let account: [RuleCase] = [
    RuleCase(57, ["enterprise_project_id": "all_granted_eps"], .error),
    RuleCase(57, ["enterprise_project_id": "1"], .error),
    RuleCase(57, ["enterprise_project_id": "0"]), RuleCase(57, ["enterprise_project_id": ""]),
    RuleCase(57, ["enterprise_project_id": "2D3d9f1a-0000-4abc-9def-0123456789ab"]),
    RuleCase(58, [:], .warning, project: "demo"), RuleCase(58, [:], project: "0123456789abcdef0123456789ABCDEF"),
    RuleCase(58, [:], project: "2d3d9f1a-0000-4abc-9def-0123456789ab"), RuleCase(58, [:]),
  ]

  private static let file: [RuleCase] = [
    RuleCase(65, [:], .error, file: ImageFileFacts(objectSize: 0)),
    RuleCase(65, [:], file: ImageFileFacts(objectSize: 1)),
    RuleCase(66, [:], .error, file: ImageFileFacts(objectSize: (1 << 40) + 1)),
    RuleCase(66, [:], .warning, file: ImageFileFacts(objectSize: 1 << 40)),
    RuleCase(66, [:], file: ImageFileFacts(objectSize: 1_000_000_000_000)),
    RuleCase(67, [:], .error, file: ImageFileFacts(diskSize: (1 << 40) + 512)),
    RuleCase(67, [:], .error, file: ImageFileFacts(diskSize: .max)),
    RuleCase(67, [:], file: ImageFileFacts(diskSize: 1 << 40)),
    RuleCase(68, ["image_url": "bucket:a.qcow2"], .warning, file: ImageFileFacts(objectSize: 1 << 30)),
    RuleCase(68, ["image_url": "bucket:a.qcow2"], file: ImageFileFacts(objectSize: 200 << 30)),
    RuleCase(68, [:], file: ImageFileFacts(objectSize: 1 << 30)),
    RuleCase(72, [:], .warning, file: ImageFileFacts(isEncrypted: true)), RuleCase(72, [:], file: ImageFileFacts()),
    RuleCase(73, [:], .error, file: ImageFileFacts(format: .raw)),
    RuleCase(73, ["image_url": "bucket:a.raw"], .error, file: ImageFileFacts(format: .qcow2)),
    RuleCase(73, ["image_url": "bucket:a.img"], .error, file: ImageFileFacts(format: .vmdk)),
    RuleCase(73, ["image_url": "bucket:a.img"], file: ImageFileFacts(format: .raw)),
    RuleCase(73, [:], file: ImageFileFacts(format: .zvhd2)), RuleCase(73, [:]),
    RuleCase(74, ["image_url": "bucket:a.raw"], .warning, file: ImageFileFacts(objectSize: 513)),
    RuleCase(74, ["image_url": "bucket:a.raw"], file: ImageFileFacts(objectSize: 512)),
    RuleCase(74, [:], file: ImageFileFacts(objectSize: 513)),
  ]
}
