"""What the programs here that start a local cloud have in common."""

import json
import struct
import subprocess


def start(binary, *options, stderr=None):
    """Starts `slipway cloud` as a child on any free port, unless `--port` is among the options.

    Returns the process and what it says of itself: endpoint, keys, user, project.
    """
    command = [binary, "cloud", *(() if "--port" in options else ("--port", "0")), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{' '.join(command)} ended with {process.wait()} and said nothing")
    return process, json.loads(line)


def zvhd2(gib):
    """A ZVHD2 file of an empty disk, written from the description of the format alone."""
    size = gib << 30
    blocks = size // 2097152

    def header(final):
        fields = bytearray(512)
        struct.pack_into("<8sIIQI4sII", fields, 0, b"z2strm\0\0", 2, 0x10000, 2**64 - 1, 500000000, b"tap\0", 0x10004, 0)
        struct.pack_into("<QQII", fields, 40, size, size, 0, 4)
        fields[68:84] = bytes(range(16))
        struct.pack_into("<BBBBII", fields, 84, 0, 0, 0, 1, 2097152, blocks)
        if final:
            segments = -(-blocks // 32768)
            struct.pack_into("<QQIIIIIII", fields, 96, 8192, 8192, 0, segments * 4096, 524288, 4096, 0, segments, 0)
        fields[141] = 1
        struct.pack_into("<I", fields, 64, ~sum(fields) & 0xFFFFFFFF)
        return bytes(fields) + bytes(3584)

    return header(False) + header(False) + bytes(-(-blocks // 32768) * 4096) + header(True)
