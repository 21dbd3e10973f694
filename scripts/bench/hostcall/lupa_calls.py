"""Measures in lupa what hostcall measured, and prints both: lupa_calls.py SWIFT.jsonl [--json] [--calls N] [--rounds N]"""
import json
import statistics
import sys
import time

from lupa.lua54 import LuaRuntime

LOOP = "function(f, x, y) return function(n) for i = 1, n do f(x or i, y) end end end"
METHOD = "function(o) return function(n) for i = 1, n do o.add(i) end end end"


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value


def option(name, otherwise):
    arguments = sys.argv[1:]
    return int(arguments[arguments.index(name) + 1]) if name in arguments[:-1] else otherwise


def measure(body, count, rounds):
    body(max(count // 20, 1))
    times = []
    for _ in range(rounds):
        start = time.process_time()
        body(count)
        times.append((time.process_time() - start) / count * 1e9)
    return times


def cases():
    """Name, the line of hostcall it is compared with, a share of the calls, and what to run n times."""
    lua = LuaRuntime(unpack_returned_tuples=True)
    loop, text = lua.eval(LOOP), b"x" * 21
    binary = LuaRuntime(encoding=None)
    yield "add(int, int)", "typed add(int, int)", 4, loop(lambda a, b: a + b, None, 2)
    yield "echo(21 bytes)", "typed echo(LuaString)", 4, binary.eval(LOOP.encode())(lambda s, _=None: s, text)
    ten = lua.table_from(range(1, 11))
    yield "copy(table of 10)", "typed copy([Int64])", 40, loop(lambda t, _=None: lua.table_from(list(t.values())), ten)
    yield "object.add(int)", "typed object:add(int)", 8, lua.eval(METHOD)(Counter())

    def resume(n):
        coroutine = lua.eval("function() while true do coroutine.yield() end end").coroutine()
        for _ in range(n):
            coroutine.send(None)

    yield "resume and yield", "resume and yield", 8, resume

    def states(n):
        for _ in range(n):
            LuaRuntime()

    yield "new state", "VM, bare", 10_000, states


def main():
    as_json = "--json" in sys.argv
    with open(sys.argv[1]) as file:
        swift = [json.loads(line) for line in file]
    calls, rounds = option("--calls", 1_000_000), option("--rounds", 7)
    lines = {line["name"]: line for line in swift}
    others = []
    for name, ours, share, body in cases():
        times = measure(body, max(calls // share, 10), rounds)
        median = statistics.median(times)
        line = {"name": f"lupa {name}", "median_ns": round(median, 2), "min_ns": round(min(times), 2), "rounds": rounds}
        if ours in lines:
            line |= {"baseline": ours, "ratio": round(median / lines[ours]["median_ns"], 3)}
        others.append(line)
    for line in swift + others:
        if as_json:
            print(json.dumps(line, separators=(",", ":")))
            continue
        indent = "  " if "baseline" in line else ""
        text = f"{indent + line['name']:<36}{line['median_ns']:>11.1f} ns  [{line['min_ns']:>10.1f}]"
        if "ratio" in line:
            text += f"  {line['ratio']:>7.2f}x"
            if line in others:
                text += f"  of {line['baseline']}"
        print(text)


main()
