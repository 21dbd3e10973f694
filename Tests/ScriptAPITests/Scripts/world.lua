local args, env, fs, time = require "args", require "env", require "fs", require "time"
print(#args.positional, args.positional[1], args.positional[2], args.options.wave, args.options.dry, args.directory)
print(args.get "wave", args.get("none", "fallback"), args.get "none", ...)
print(env.get "SLIPWAY_TEST", env.get "NOT_SET", env.get("NOT_SET", 7))
print(select(2, pcall(env.require, "EMPTY")).message)
print(fs.exists "data/fleet.csv", fs.exists "nothing", #fs.read "data/semicolon.csv")
for line in fs.lines "data/ragged.csv" do io = line end
print(io, table.concat(fs.glob "data/*e*.csv", " "))
print(select(2, pcall(fs.read, "nothing")).message)
print(time.parse "2024-11-06T06:21:08Z", time.parse "2024-11-06T07:21:08.500+01:00", time.format(1730874068))
print(time.duration "1h30m", time.duration(90), time.duration "250ms", time.now() > 1.7e9)
print(select(2, pcall(time.parse, "yesterday")).message)
