extension IdentityService {
  /// The services with the address at which the client reached this cloud, so that it also works from another machine.
  func writeCatalog(to text: inout JSONText, _ exchange: Exchange) {
    let services = [
      (type: "identity", name: "iam", path: "/v3"), (type: "image", name: "glance", path: ""),
      (type: "object", name: "obs", path: ""),
    ]
    for (number, service) in services.enumerated() {
      text.object { text in
        text.member("type", service.type)
        text.member("name", service.name)
        text.member("id", core.credentials.domain_id.dropLast(2) + "c\(number)")
        text.array("endpoints") { text in
          text.object { text in
            text.member("id", core.credentials.domain_id.dropLast(2) + "e\(number)")
            text.member("interface", "public")
            text.member("region", core.configuration.region)
            text.member("region_id", core.configuration.region)
            text.member("url", exchange.endpoint + service.path)
          }
        }
      }
    }
  }

  /// The projects of the account, all one of them, as far as the filters let it through.
  func projects(_ exchange: Exchange) -> Reply {
    let account = core.credentials
    let isAsked =
      (exchange.query("name").map { $0 == account.project } ?? true)
      && (exchange.query("domain_id").map { $0 == account.domain_id } ?? true)
    return .json { text in
      text.array("projects") { text in
        if isAsked { text.object { writeProject(to: &$0) } }
      }
      text.object("links") { $0.member("self", exchange.endpoint + exchange.path) }
    }
  }

  func writeProject(to text: inout JSONText) {
    let account = core.credentials
    text.member("id", account.project_id)
    text.member("name", account.project)
    text.member("domain_id", account.domain_id)
    text.member("parent_id", account.domain_id)
    text.member("description", "")
    text.member("enabled", true)
    text.member("is_domain", false)
  }

  /// The domains of the account.
  func domains() -> Reply {
    .json { text in
      text.array("domains") { text in
        text.object { text in
          text.member("id", core.credentials.domain_id)
          text.member("name", core.credentials.domain)
          text.member("enabled", true)
        }
      }
    }
  }
}
