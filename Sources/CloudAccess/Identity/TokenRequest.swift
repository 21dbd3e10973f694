/// The body of `POST /v3/auth/tokens` for a password.
enum TokenRequest {
  static func body(_ credentials: PasswordCredentials, profile: CloudProfile) -> JSONValue {
    var user: [String: JSONValue] = ["password": .string(credentials.password.reveal())]
    if let id = credentials.userID {
      user["id"] = .string(id)
    } else {
      user["name"] = .string(credentials.userName ?? "")
      user["domain"] = domain(name: credentials.userDomainName, id: credentials.userDomainID)
    }
    var identity: [String: JSONValue] = ["methods": ["password"], "password": ["user": .object(user)]]
    if let passcode = credentials.passcode {
      identity["methods"] = ["password", "totp"]
      var owner: [String: JSONValue] = ["passcode": .string(passcode.reveal())]
      if let id = credentials.userID { owner["id"] = .string(id) } else { owner["name"] = user["name"] }
      identity["totp"] = ["user": .object(owner)]
    }
    return ["auth": ["identity": .object(identity), "scope": ["project": project(profile)]]]
  }

  /// The project by id, else by name, else the one named like the region.
  private static func project(_ profile: CloudProfile) -> JSONValue {
    if let id = profile.projectID { return ["id": .string(id)] }
    var project: [String: JSONValue] = ["name": .string(profile.projectName ?? profile.region)]
    project["domain"] = domain(name: profile.projectDomainName, id: profile.projectDomainID)
    return .object(project)
  }

  private static func domain(name: String?, id: String?) -> JSONValue? {
    if let id { return ["id": .string(id)] }
    return name.map { ["name": .string($0)] }
  }
}
