#!/usr/bin/env python3
"""Builds the embedded network tables of this folder from two published packages. See BUILD.md. Python 3.9+, standard library and `zstd` only.

The same input gives the same bytes (of the compressed files: with the same version of zstd; the checksums in TABLES.txt are of the tables inside).
"""
import argparse
import collections
import csv
import hashlib
import io
import ipaddress
import json
import pathlib
import re
import struct
import subprocess
import sys
import tarfile
from datetime import datetime, timezone

sys.setrecursionlimit(4096)


# --- The MMDB format, as specified in "MaxMind DB File Format Specification" version 2.0 -----------------------------------------------------

class Data:
    """The data section: each distinct record once, field names once at the beginning."""

    def __init__(self, names):
        self.bytes = bytearray()
        self.names = {}
        self.offsets = {}
        for name in names:
            self.names[name] = len(self.bytes)
            self.bytes += encode(name)
        assert len(self.bytes) < 2048, "field names are pointed to with two bytes"

    def offset(self, record):
        key = json.dumps(record, sort_keys=True)
        if key not in self.offsets:
            self.offsets[key] = len(self.bytes)
            self.bytes += encode(record, self.names)
        return self.offsets[key]


def control(kind, size):
    """Control byte(s): type and size of the field that follows."""
    if size < 29:
        low, extra = size, b""
    elif size < 285:
        low, extra = 29, bytes([size - 29])
    elif size < 65821:
        low, extra = 30, struct.pack(">H", size - 285)
    else:
        raise ValueError("field too long")
    return bytes([kind << 5 | low]) + extra if kind < 8 else bytes([low, kind - 7]) + extra


def unsigned(kind, number):
    payload = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return control(kind, len(payload)) + payload


def encode(value, names=None):
    if isinstance(value, str):
        if names and value in names:
            return bytes([1 << 5 | names[value] >> 8, names[value] & 0xFF])
        payload = value.encode()
        return control(2, len(payload)) + payload
    if isinstance(value, int):
        return unsigned(6, value)
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(encode(key, names) + encode(item, names) for key, item in value.items())
    raise TypeError(type(value))


EMPTY = -1


class Tree:
    """The binary search tree over 128 address bits; IPv4 lies in ::/96. Node numbers are positive, leaves are negative offsets below EMPTY."""

    def __init__(self, ranges):
        self.ranges = ranges
        self.starts = [start for start, _, _ in ranges]
        self.nodes = []
        if self.build(0, 128, 0, len(ranges)) != 0:
            self.nodes.insert(0, [EMPTY, EMPTY])

    def build(self, low, bits, first, last):
        """The subtree of `bits` free bits from address `low`, over ranges[first:last]: a node number or a leaf."""
        while first < last and self.ranges[first][1] < low:
            first += 1
        if first == last or self.ranges[first][0] >= low + (1 << bits):
            return EMPTY
        start, end, value = self.ranges[first]
        if start <= low and end >= low + (1 << bits) - 1:
            return value
        number = len(self.nodes)
        self.nodes.append(None)
        middle = low + (1 << bits - 1)
        split = first
        lower, upper = first, last
        while lower < upper:
            split = (lower + upper) // 2
            if self.starts[split] < middle:
                lower = split + 1
            else:
                upper = split
        left = self.build(low, bits - 1, first, lower)
        # The range before the split may reach across the middle.
        right = self.build(middle, bits - 1, max(first, lower - 1), last)
        if left == right and left < 0 and number == len(self.nodes) - 1:
            self.nodes.pop()
            return left
        self.nodes[number] = (left, right)
        return number


def mmdb(ranges, names, database_type, description, epoch):
    """An MMDB file of `(start, end, record)`, sorted and disjoint, addresses as 128-bit numbers."""
    data = Data(names)
    previous = -1
    for start, end, _ in ranges:
        assert previous < start <= end, "ranges must be sorted and disjoint"
        previous = end
    tree = Tree([(start, end, -2 - data.offset(record)) for start, end, record in ranges])
    count = len(tree.nodes)
    size = next(size for size in (24, 28, 32) if count + 16 + len(data.bytes) < 1 << size)

    def pointer(child):
        if child == EMPTY:
            return count
        return child if child >= 0 else count + 16 + (-2 - child)

    out = bytearray()
    for left, right in tree.nodes:
        left, right = pointer(left), pointer(right)
        if size == 24:
            out += left.to_bytes(3, "big") + right.to_bytes(3, "big")
        elif size == 28:
            out += (left & 0xFFFFFF).to_bytes(3, "big") + bytes([left >> 24 << 4 | right >> 24]) + (right & 0xFFFFFF).to_bytes(3, "big")
        else:
            out += left.to_bytes(4, "big") + right.to_bytes(4, "big")
    out += bytes(16) + data.bytes + b"\xab\xcd\xefMaxMind.com"
    fields = [
        ("binary_format_major_version", unsigned(5, 2)),
        ("binary_format_minor_version", unsigned(5, 0)),
        ("build_epoch", unsigned(9, epoch)),
        ("database_type", encode(database_type)),
        ("description", encode({"en": description})),
        ("ip_version", unsigned(5, 6)),
        ("languages", control(11, 0)),
        ("node_count", encode(count)),
        ("record_size", unsigned(5, size)),
    ]
    out += control(7, len(fields)) + b"".join(encode(name) + payload for name, payload in fields)
    return bytes(out)


# --- The packages ----------------------------------------------------------------------------------------------------------------------------

class Package:
    def __init__(self, path):
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self.archive = tarfile.open(path)
        about = json.loads(self.text("package.json"))
        self.name, self.version = about["name"], about["version"]
        stamp = re.fullmatch(r"\d+\.\d+\.(\d{4})(\d\d)(\d\d)\d*", self.version)
        if not stamp:
            raise SystemExit(f"{self.name} {self.version}: no date in the version")
        self.date = "-".join(stamp.groups())
        self.epoch = int(datetime(*map(int, stamp.groups()), tzinfo=timezone.utc).timestamp())

    def text(self, name):
        return self.archive.extractfile("package/" + name).read().decode()

    def rows(self, name):
        return csv.reader(io.StringIO(self.text(name)))


def flatten(rows):
    """Sorted and disjoint `(start, end, record)`. Where rows overlap the narrower one wins (an exception inside a wider network), among equals the later."""
    edges = sorted({edge for start, end, _ in rows for edge in (start, end + 1)})
    place = {edge: number for number, edge in enumerate(edges)}
    owner = [None] * len(edges)
    for start, end, record in sorted(rows, key=lambda row: row[0] - row[1]):
        for number in range(place[start], place[end + 1]):
            owner[number] = record
    flat = []
    for number, record in enumerate(owner[:-1]):
        if record is None:
            continue
        if flat and flat[-1][1] + 1 == edges[number] and flat[-1][2] == record:
            flat[-1] = (flat[-1][0], edges[number + 1] - 1, record)
        else:
            flat.append((edges[number], edges[number + 1] - 1, record))
    return flat


def asn_ranges(package):
    rows = [(int(start), int(end), int(asn), name.strip()) for file in ("asn-ipv4-num.csv", "asn-ipv6-num.csv") for start, end, asn, name in package.rows(file)]
    spellings = collections.defaultdict(collections.Counter)
    for _, _, asn, name in rows:
        spellings[asn][name] += 1
    # One name per ASN: the most frequent spelling, the first in the alphabet among equals.
    names = {asn: min(counts, key=lambda name: (-counts[name], name)) for asn, counts in spellings.items()}
    ranges = [(start, end, {"autonomous_system_number": asn, "autonomous_system_organization": names[asn]}) for start, end, asn, _ in rows if asn]
    return flatten(ranges), names


# Blocks in which the country package names the home of the regional registry (APNIC: AU, AFRINIC: MU) instead of the holder's country. Found on
# 2026-11-22 by comparing one address of each announced network with the Tor project's geoip files of 2026-05-08 (IPFire): of these rows 3 of 4 and
# more differed, most of them all. No country is better than a wrong one, so they are left out.
REGISTRY_HOMES = {
    "AU": ("2001:200::/23", "2001:c00::/22", "2001:4400::/23", "187.0.0.0/8", "189.0.0.0/8"),
    "MU": ("2001:4200::/23", "154.0.0.0/8", "196.0.0.0/8"),
}


def country_ranges(package):
    homes = {code: [ipaddress.ip_network(block) for block in blocks] for code, blocks in REGISTRY_HOMES.items()}
    homes = {code: [(int(block[0]), int(block[-1])) for block in blocks] for code, blocks in homes.items()}

    def is_usable(start, code):
        return re.fullmatch("[A-Z]{2}", code) and not any(low <= start <= high for low, high in homes.get(code, ()))

    files = ("geo-whois-asn-country-ipv4-num.csv", "geo-whois-asn-country-ipv6-num.csv")
    rows = [(int(start), int(end), code) for file in files for start, end, code in package.rows(file)]
    return flatten([(start, end, {"country_code": code}) for start, end, code in rows if is_usable(start, code)])


# --- The name rule ---------------------------------------------------------------------------------------------------------------------------

# Words that a company puts into its registered name only when it rents out servers. A looser pattern ("cloud", "server", "data") drags in
# universities, banks and carriers.
HOSTING = re.compile(r"hosting|\bvps\b|\bvds\b|data ?cent(?:er|re)s?\b|dedicated servers?|co-?location|cloud (?:services|servers?|computing)|web ?host|\bservers\b", re.I)
VPN = re.compile(r"\bvpn\b|vpn (?:service|network)|\w+vpn\b", re.I)
# Owners that run a data centre for themselves: people sit behind these networks.
NOT_RENTED = re.compile(
    r"universit|college|school|academy|institut|ministry|minister|government|govern|state of|county|municipal|city of|bank|insurance|hospital|health"
    r"|police|army|national|federal|republic|parliament|research|education|telecom|communications|airline|church|department|province|\bstate\b|route-servers"
    # Seen when the list was read on 2026-11-22: owners of another trade.
    r"|bmw|\btire\b|fujifilm|forsikring|securities|itron|mitel|cgi sverige|vpn de mexico|vpn infraestrutura|j2 cloud",
    re.I,
)


def by_name(names, curated):
    for asn, name in sorted(names.items()):
        if asn in curated or NOT_RENTED.search(name):
            continue
        if HOSTING.search(name):
            yield asn, name, "hosting"
        elif VPN.search(name):
            yield asn, name, "vpn"


# --- Output ----------------------------------------------------------------------------------------------------------------------------------

def address(text):
    return int(ipaddress.ip_address(text))


def fixtures(folder):
    """Tiny databases in the layouts that users bring, over documentation and well-known test addresses."""
    low, high = address("81.2.69.0"), address("81.2.69.255")
    low6, high6 = address("2001:240::"), address("2001:240::ffff")
    layouts = {
        "maxmind-asn": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example MaxMind AS"},
        "maxmind-country": {"continent": {"code": "EU"}, "country": {"geoname_id": 2635167, "iso_code": "GB"}},
        "ipinfo-lite": {"asn": "AS64501", "as_name": "Example IPinfo AS", "as_domain": "example.com", "country": "Japan", "country_code": "JP"},
        "ipinfo-asn": {"asn": "AS64502", "domain": "example.com", "name": "Example IPinfo ASN", "route": "81.2.69.0/24"},
        "ipinfo-country": {"continent": "EU", "country": "FR", "country_name": "France"},
        "ip-location-db-country": {"country_code": "NL"},
        "unrelated": {"colour": "green"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, record in layouts.items():
        ranges = [(low, high, record), (low6, high6, record)]
        (folder / f"{name}.mmdb").write_bytes(mmdb(ranges, [], name, "test data", 1_767_225_600))


def compress(path, content):
    """Returns a line about the table for TABLES.txt."""
    done = subprocess.run(["zstd", "-19", "--single-thread", "-q", "-c"], input=content, stdout=subprocess.PIPE, check=True)
    path.write_bytes(done.stdout)
    print(f"{path.name}: {len(content)} -> {len(done.stdout)} bytes")
    return hashlib.sha256(content).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("asn", type=pathlib.Path, help="ip-location-db-asn-VERSION.tgz")
    parser.add_argument("country", type=pathlib.Path, help="ip-location-db-geo-whois-asn-country-VERSION.tgz")
    arguments = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    asn, country = Package(arguments.asn), Package(arguments.country)

    ranges, names = asn_ranges(asn)
    keys = ["autonomous_system_number", "autonomous_system_organization"]
    asn_sha = compress(here / "asn.mmdb.zst", mmdb(ranges, keys, "asn", f"{asn.name} {asn.version}", asn.epoch))
    country_mmdb = mmdb(country_ranges(country), ["country_code"], "country", f"{country.name} {country.version}", country.epoch)
    country_sha = compress(here / "country.mmdb.zst", country_mmdb)

    with open(here / "networks.csv", newline="") as file:
        curated = {int(row["asn"]) for row in csv.DictReader(line for line in file if not line.startswith("#"))}
    with open(here / "networks-by-name.csv", "w", newline="") as file:
        file.write(f"# Generated by build_tables.py from the names in {asn.name} {asn.version}; do not edit. Overridden by networks.csv.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["asn", "name", "category", "confidence", "source", "verified_on", "note"])
        found = list(by_name(names, curated))
        writer.writerows([number, name, category, "C", f"name-rule@{asn.date}", "", ""] for number, name, category in found)
    print(f"networks-by-name.csv: {len(found)} networks")

    (here / "TABLES.txt").write_text(
        f"address to ASN and organisation: {asn.name} {asn.version} of {asn.date} (RouteViews, NRO, DB-IP; CC BY 4.0)\n"
        f"address to country: {country.name} {country.version} of {country.date} (geofeeds, NRO; CC0 and CC BY 4.0)\n"
        f"sha256 asn.mmdb {asn_sha}\n"
        f"sha256 country.mmdb {country_sha}\n"
        f"sha256 {arguments.asn.name} {asn.sha256}\n"
        f"sha256 {arguments.country.name} {country.sha256}\n"
    )
    fixtures(here.parent.parent / "fixtures" / "mmdb")


if __name__ == "__main__":
    main()
