import LuaHost

/// The script module `env`.
enum EnvModule {
  static func make(_ context: ScriptContext) -> HostModule {
    let environment = context.environment
    let access = context.access
    return HostModule(
      "env", "Environment variables.",
      functions: [
        HostFunction(
          "env.get", "The value of an environment variable, or the default, or nil.",
          parameters: [
            HostParameter("name", .string, "the variable's name"),
            HostParameter("default", .any, "what to return when it is not set", optional: true),
          ],
          returns: [HostParameter("value", .any, "the variable's text, or the default")], since: "0.1"
        ) { arguments in
          guard let name = arguments[0].stringValue else { return [arguments[1]] }
          try access.check(.environment(name))
          guard let value = environment[name] else { return [arguments[1]] }
          return [.string(LuaString(value))]
        }.documented(
          mustUse: true,
          example: """
            local env = require "env"

            print(env.get("NO_SUCH_VARIABLE", "none"))  --> none
            """),
        HostFunction(
          "env.require", "The value of an environment variable that must be set and not empty.",
          parameters: [HostParameter("name", .string, "the variable's name")],
          returns: [HostParameter("value", .string, "the variable's text")], since: "0.1"
        ) { arguments in
          let name = arguments[0].stringValue ?? ""
          try access.check(.environment(name))
          guard let value = environment[name], !value.isEmpty else {
            throw ScriptFailure(
              "the environment variable '\(name)' is not set", hint: "export \(name)=… before the run")
          }
          return [.string(LuaString(value))]
        }.documented(
          raises: [RaisedError("argument", "it is not set, or empty")], mustUse: true,
          example: """
            local env = require "env"

            print(#env.require "PATH" > 0)  --> true
            """),
      ])
  }
}
