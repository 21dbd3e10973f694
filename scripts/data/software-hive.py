"""Makes a registry file as a Windows Server 2019 has it in Windows/System32/config/SOFTWARE:  software-hive.py FILE

hivex writes the keys and values; it begins with an empty file, which is put together here. A test of another Windows names it:
software-hive.py FILE ProductName=… CurrentBuildNumber=…
"""

import struct
import sys

import hivex

VALUES = {
    "ProductName": "Windows Server 2019 Standard",
    "CurrentBuild": "17763",
    "CurrentBuildNumber": "17763",
    "BuildLab": "17763.rs5_release.180914-1434",
    "BuildLabEx": "17763.1.amd64fre.rs5_release.180914-1434",
    "CurrentVersion": "6.3",
    "CurrentMajorVersionNumber": 10,
    "CurrentMinorVersionNumber": 0,
    "EditionID": "ServerStandard",
    "InstallationType": "Server",
    "ReleaseId": "1809",
    "RegisteredOwner": "Windows User",
    "UBR": 737,
}


def cell(content):
    size = (4 + len(content) + 7) // 8 * 8
    return struct.pack("<i", -size) + content + bytes(size - 4 - len(content))


def empty():
    """A hive of one block: the key at the top, and who may do what with it, which every key must have."""
    name = b"ROOT"
    descriptor = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
    place = 32 + len(cell(bytes(76) + name))
    key = cell(
        struct.pack(
            "<2sHQIIIIIIIIIIIIIIIHH", b"nk", 0x2C, 132_000_000_000_000_000, 0, 0xFFFFFFFF, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF,
            0, 0xFFFFFFFF, place, 0xFFFFFFFF, 0, 0, 0, 0, 0, len(name), 0) + name)
    rights = cell(struct.pack("<2sHIIII", b"sk", 0, place, place, 1, len(descriptor)) + descriptor)
    rest = 4096 - 32 - len(key) - len(rights)
    block = struct.pack("<4sIIQQI", b"hbin", 0, 4096, 0, 0, 0) + key + rights + struct.pack("<i", rest) + bytes(rest - 4)
    head = struct.pack("<4sIIQIIIIII", b"regf", 1, 1, 132_000_000_000_000_000, 1, 5, 0, 1, 32, 4096)
    head += struct.pack("<I", 1) + bytes(64)
    head += bytes(508 - len(head))
    total = 0
    for (word,) in struct.iter_unpack("<I", head):
        total ^= word
    return head + struct.pack("<I", total) + bytes(4096 - 512) + block


def value(key, content):
    if isinstance(content, int):
        return {"key": key, "t": 4, "value": struct.pack("<I", content)}
    return {"key": key, "t": 1, "value": (content + "\0").encode("utf-16-le")}


def main():
    path, changes = sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:])
    with open(path, "wb") as file:
        file.write(empty())
    hive = hivex.Hivex(path, write=True)
    root = hive.root()
    for name in ["Classes", "Clients", "Microsoft", "ODBC", "Policies", "WOW6432Node"]:
        hive.node_add_child(root, name)
    microsoft = hive.node_get_child(root, "Microsoft")
    # As many as a system has, so that the file is large and its lists long.
    for number in range(120):
        other = hive.node_add_child(microsoft, f"Component {number:04}")
        hive.node_set_values(other, [value("Description", f"component {number} " + "x" * 60)])
    for number in range(10):
        other = hive.node_add_child(microsoft, f"Large {number}")
        hive.node_set_values(other, [{"key": "Data", "t": 3, "value": bytes(256 << 10)}])
    windows = hive.node_add_child(microsoft, "Windows NT")
    current = hive.node_add_child(windows, "CurrentVersion")
    values = {**VALUES, **changes}
    hive.node_set_values(current, [value(key, content) for key, content in values.items() if content != ""])
    hive.commit(None)


main()
