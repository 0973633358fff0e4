#!/usr/bin/env python3
"""Backtrail beside the tools that are used today: same machine, same files, same question, same answer, one run of each per round.

    python3 -m venv .venv && .venv/bin/pip install -r benches/requirements.txt
    .venv/bin/python benches/compare.py check        # does every tool answer, and alike? 20 MB
    .venv/bin/python benches/compare.py all          # every figure of benches/README.md

Prints Markdown. Generated evidence goes to --work and may be deleted at any time. See benches/README.md for what the figures mean."""

import argparse
import csv
import ipaddress
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "benches" / "tools"
GNU_TIME = shutil.which("time")
# What a file holds, and the generator's word for it.
FILES = {"audit": ("audit", "audit-csv"), "ndjson": ("sign-ins", "sign-ins-ndjson"), "array": ("sign-ins", "sign-ins-array")}
TITLES = {"audit": "unified audit log, CSV", "ndjson": "sign-ins, one per line", "array": "sign-ins, one JSON array on one line"}
ENDINGS = {"audit-csv": "csv", "sign-ins-ndjson": "jsonl", "sign-ins-array": "json"}
# Tools that need minutes for a gigabyte, and how many megabytes they are given at most.
SLOW = {"jq": 100, "Python + orjson": 1_000, "naive Rust": 1_000}
ONE_THREAD = {"jq", "Python + orjson", "naive Rust"}


@dataclass
class Run:
    """One process."""

    wall: float
    cpu: float
    megabytes: float
    output: str


@dataclass
class Series:
    """The runs of one tool, one per round."""

    runs: list[Run] = field(default_factory=list)

    def median(self, name):
        return statistics.median(getattr(run, name) for run in self.runs)


def run(command, environment=None, codes=(0,)):
    """Runs a program to its end. The processor time is that of the process and its children; peak memory is asked of GNU time, because the kernel
    counts for wait4 what this process held when it forked."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors, tempfile.NamedTemporaryFile("r") as peak:
        timed = [GNU_TIME, "--quiet", "-f", "%M", "-o", peak.name, *map(str, command)] if GNU_TIME else [*map(str, command)]
        start = time.perf_counter()
        process = subprocess.Popen(timed, stdout=output, stderr=errors, env=os.environ | (environment or {}))
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode not in codes:
            raise RuntimeError(f"{' '.join(timed)} ended with {process.returncode}: {errors.read()[-1_000:]}")
        output.seek(0)
        kibibytes = int(peak.read().split()[-1]) if GNU_TIME else usage.ru_maxrss
        return Run(wall, usage.ru_utime + usage.ru_stime, kibibytes * 1.024 / 1_000, output.read())


class Bench:
    """The programs and the files."""

    def __init__(self, arguments):
        self.rounds = arguments.rounds
        self.work = arguments.work
        self.extra = arguments.analyze_args.split()
        self.work.mkdir(parents=True, exist_ok=True)
        self.backtrail, self.answers, self.generate = build()
        self.python = Path(sys.executable)

    def file(self, name, mb):
        """Evidence of that kind and size, made once, and read once so that it stands in memory."""
        word = FILES[name][1]
        folder = self.work / f"{mb}-mb"
        path = folder / f"{word}.{ENDINGS[word]}"
        if not path.exists():
            run([self.generate, "--dir", folder / "new", "--mb", mb, "--kind", word])
            (folder / "new" / path.name).rename(path)
        warm(path)
        return path

    def lines_for_jq(self, name, path):
        """jq reads no CSV: it is given AuditData, taken out by somebody else."""
        if name != "audit":
            return path
        lines = path.with_suffix(".auditdata.jsonl")
        if not lines.exists():
            csv.field_size_limit(1 << 30)
            with open(path, encoding="utf-8-sig", newline="") as rows, open(lines, "w", encoding="utf-8") as output:
                output.writelines(row["AuditData"].replace("\r\n", " ") + "\n" for row in csv.DictReader(rows))
        warm(lines)
        return lines

    def commands(self, name, path, threads, tools=None):
        """Tool → (command, environment) for one file."""
        kind = FILES[name][0]
        ask = {tool: [self.python, TOOLS / f"ask_{script}.py", threads, f"{kind}={path}"] for tool, script in SCRIPTS.items()}
        commands = {"Backtrail": ([self.answers, kind, path], {"RAYON_NUM_THREADS": str(threads)})}
        commands |= {tool: (command, {}) for tool, command in ask.items()}
        if name == "array":
            # polars has no scanner for arrays, and the naive program reads lines.
            del commands["polars"]
        else:
            commands["naive Rust"] = ([self.answers, kind, path, "--naive"], {})
            if shutil.which("jq"):
                commands["jq"] = (["jq", "-n", "-c", "--arg", "kind", kind, "-f", TOOLS / "ask.jq", path], {})
        mb = path.stat().st_size / 1e6
        wanted = tools or commands
        commands = {tool: command for tool, command in commands.items() if tool in wanted and mb <= SLOW.get(tool, mb) * 1.01}
        if "jq" in commands:
            commands["jq"][0][-1] = self.lines_for_jq(name, path)
        return commands

    def rounds_of(self, commands, check):
        """One run of each per round, in an order that moves on; `check(tool, run)` must not complain."""
        series = {tool: Series() for tool in commands}
        order = list(commands)
        for number in range(self.rounds):
            for tool in order[number % len(order) :] + order[: number % len(order)]:
                command, environment, *codes = commands[tool]
                done = run(command, environment, *codes)
                check(tool, done)
                series[tool].runs.append(done)
                print(f"  round {number + 1}, {tool}: {done.wall:.2f} s, {done.cpu:.2f} CPU s, {done.megabytes:.0f} MB", file=sys.stderr)
        return series


SCRIPTS = {"DuckDB": "duckdb", "chDB": "chdb", "polars": "polars", "Python + orjson": "orjson"}


def build():
    """Builds the program and the benches; tells where they are."""
    command = ["cargo", "build", "--release", "--bin", "backtrail", "--bench", "answers", "--bench", "generate", "--message-format", "json"]
    messages = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    parsed = [json.loads(message) for message in messages]
    built = {message["target"]["name"]: message["executable"] for message in parsed if message.get("executable")}
    return built["backtrail"], built["answers"], built["generate"]


def warm(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


class Agreement:
    """All tools must give one answer."""

    def __init__(self, kind):
        self.kind = kind
        self.answer = None

    def __call__(self, tool, done):
        answer = json.loads(done.output)
        answer = normal(answer.get(self.kind, answer))
        done.output = ""
        self.answer = self.answer or answer
        if answer != self.answer:
            parts = [part for part in self.answer if answer.get(part) != self.answer[part]]
            raise RuntimeError(f"{tool} answers otherwise: {', '.join(parts)}")


def normal(answer):
    """Backtrail reads accounts in one case, and addresses without port in one spelling; the others' groups are brought to the same."""
    return answer | {"users": merged(answer["users"], str.lower), "addresses": merged(answer["addresses"], address)}


def merged(counts, spell):
    total = Counter()
    for text, count in counts.items():
        total[spell(text)] += count
    return dict(total)


def address(text):
    if text.startswith("["):
        text = text[1:].split("]")[0]
    elif text.count(":") == 1:
        text = text.split(":")[0]
    return str(ipaddress.ip_address(text))


def ratios(series, tool, base="Backtrail"):
    """How many times as long as the base, formed inside each round: median, smallest, largest."""
    pairs = [theirs.wall / ours.wall for theirs, ours in zip(series[tool].runs, series[base].runs, strict=True)]
    return statistics.median(pairs), min(pairs), max(pairs)


def table(header, rows):
    print("|" + "|".join(header) + "|\n|" + "---|" * len(header))
    for row in rows:
        print("|" + "|".join(row) + "|")
    print(flush=True)


def tool_rows(series, mb, base="Backtrail"):
    for tool, own in sorted(series.items(), key=lambda pair: pair[1].median("wall")):
        middle, low, high = ratios(series, tool, base)
        wall, peak = own.median("wall"), own.median("megabytes")
        ratio = "1" if tool == base else f"**{middle:.2f}×** ({low:.2f}–{high:.2f})"
        yield [tool, ratio, f"{wall:.2f}", f"{own.median('cpu'):.2f}", f"{mb / wall:.0f}", f"{peak:.0f}", f"{100 * peak / mb:.0f} %"]


HEADER = ["tool", "wall, ratio to Backtrail (min–max)", "wall s", "CPU s", "MB/s", "peak MB", "peak / input"]


def loading(bench, mb, threads=2, names=FILES, tools=None):
    """Loading alone against loading alone, with every tool."""
    for name in names:
        path = bench.file(name, mb)
        series = bench.rounds_of(bench.commands(name, path, threads, tools), Agreement(FILES[name][0]))
        size = path.stat().st_size / 1e6
        print(f"**{TITLES[name]}, {size:,.0f} MB, {threads} thread{'s' * (threads > 1)}, medians of {bench.rounds} rounds**\n")
        table(HEADER, tool_rows(series, size))


def scaling(bench, sizes):
    """Time per gigabyte at each size, one thread against two, peak memory. One round runs every size with one thread and with two."""
    for name in FILES:
        commands, mb = {}, {}
        for size in sizes:
            path = bench.file(name, size)
            for threads in (1, 2):
                commands[size, threads] = bench.commands(name, path, threads, ["Backtrail"])["Backtrail"]
            mb[size] = path.stat().st_size / 1e6
        agreements = {size: Agreement(FILES[name][0]) for size in sizes}
        series = bench.rounds_of(commands, lambda key, done: agreements[key[0]](f"{key}", done))
        print(f"**{TITLES[name]}: how cost grows, medians of {bench.rounds} rounds**\n")
        rows = []
        for size in sizes:
            two, peak = series[size, 2].median("wall"), series[size, 2].median("megabytes")
            speed_up, low, high = ratios(series, (size, 1), (size, 2))
            per_gigabyte = [1_000 / mb[size] * one.wall for one in series[size, 2].runs]
            base = [1_000 / mb[sizes[0]] * one.wall for one in series[sizes[0], 2].runs]
            growth = statistics.median(own / first for own, first in zip(per_gigabyte, base, strict=True))
            cells = [f"{series[size, 1].median('wall'):.2f}", f"{two:.2f}", f"**{speed_up:.2f}×** ({low:.2f}–{high:.2f})", f"{statistics.median(per_gigabyte):.2f}"]
            rows.append([f"{mb[size]:,.0f}", *cells, f"{growth:.2f}", f"{peak:.0f}", f"**{100 * peak / mb[size]:.0f} %**"])
        table(["MB", "1 thread s", "2 threads s", "1 ÷ 2 threads (min–max)", "s per GB", f"s per GB ÷ that at {sizes[0]} MB", "peak MB", "peak / input"], rows)


class Whole:
    """The whole analysis of a folder with audit log and sign-ins."""

    def __init__(self, bench, mb):
        self.files = {name: bench.file(name, mb) for name in ("audit", "ndjson")}
        self.mb = sum(path.stat().st_size for path in self.files.values()) / 1e6
        self.folder = bench.work / f"{mb}-mb" / "case"
        self.output = bench.work / f"{mb}-mb" / "report"
        self.bench = bench
        self.records = None
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        for path in self.files.values():
            os.link(path, self.folder / path.name)

    def analyze(self, threads, extra=()):
        """Exit code 3 would mean that evidence was lost."""
        command = [self.bench.backtrail, "analyze", self.folder, "-o", self.output, "--force", "--quiet", "--threads", threads, *self.bench.extra, *extra]
        return command, {}

    def duckdb(self, threads):
        asked = [f"{FILES[name][0]}={path}" for name, path in self.files.items()]
        return [self.bench.python, TOOLS / "ask_duckdb.py", threads, *asked], {}

    def check(self, tool, done):
        """The same number of records went in, and none was lost."""
        if tool == "DuckDB":
            records = sum(answer["records"] for answer in json.loads(done.output).values())
        else:
            sources = json.loads((self.output / "report.json").read_text())["sources"]
            records = sum(source["records"] for source in sources)
            kept = sum(source["kept"] for source in sources)
            if kept != records:
                raise RuntimeError(f"{tool} kept {kept} of {records} records")
        self.records = self.records or records
        if records != self.records:
            raise RuntimeError(f"{tool} read {records} records instead of {self.records}")


def whole(bench, mb, threads=2):
    """Load, enrich, detect, judge and report, against DuckDB's extraction and counts on the same files."""
    case = Whole(bench, mb)
    series = bench.rounds_of({"Backtrail": case.analyze(threads), "DuckDB": case.duckdb(threads)}, case.check)
    print(f"**Whole `analyze` of {case.mb:,.0f} MB (audit log + sign-ins, {case.records:,} records) and DuckDB's extraction and counts of the same files, ", end="")
    print(f"{threads} threads, medians of {bench.rounds} rounds**\n")
    table(HEADER, tool_rows(series, case.mb))


def cache(bench, mb, flag, threads=2):
    """The first run with an empty cache, then a second one. `flag` is what switches the cache on; `{cache}` in it stands for a fresh folder."""
    case = Whole(bench, mb)
    first, second = Series(), Series()
    folder = case.output.with_name("cache")
    flag = flag.replace("{cache}", str(folder))
    for _ in range(bench.rounds):
        for own in (case.output, folder):
            shutil.rmtree(own, ignore_errors=True)
        for series in (first, second):
            done = run(*case.analyze(threads, flag.split()))
            case.check("Backtrail", done)
            series.runs.append(done)
    middle, low, high = ratios({"first": first, "second": second}, "first", "second")
    print(f"**Second run from the cache (`{flag}`), {case.mb:,.0f} MB, {threads} threads, medians of {bench.rounds} rounds**\n")
    rows = [[name, f"{series.median('wall'):.2f}", f"{series.median('cpu'):.2f}", f"{series.median('megabytes'):.0f}"] for name, series in [("first", first), ("second", second)]]
    table(["run", "wall s", "CPU s", "peak MB"], rows)
    print(f"The second run is {middle:.1f}× as fast ({low:.1f}–{high:.1f}).\n", flush=True)


def limit(bench, mb, flag, threads=2):
    """One case of that size under a memory limit."""
    case = Whole(bench, mb // 2)
    done = run(*case.analyze(threads, flag.split()))
    case.check("Backtrail", done)
    print(f"**`analyze {flag}`, {case.mb:,.0f} MB, {threads} threads, one run**\n")
    table(["wall s", "CPU s", "peak MB", "peak / input"], [[f"{done.wall:.1f}", f"{done.cpu:.1f}", f"{done.megabytes:.0f}", f"{100 * done.megabytes / case.mb:.0f} %"]])


def machine():
    """What was measured where."""

    def said(*command):
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout.strip()

    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    tools = ", ".join(f"{name} {metadata.version(name)}" for name in ("duckdb", "polars", "chdb", "orjson"))
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} × {cpu}, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the start; ", end="")
    print(f"{said('rustc', '--version')}, commit {said('git', 'rev-parse', '--short', 'HEAD')}; Python {platform.python_version()}, {tools}, {said('jq', '--version') if shutil.which('jq') else 'no jq'}; warm page cache.\n", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["check", "loading", "scaling", "whole", "cache", "limit", "all"])
    parser.add_argument("--mb", type=int, nargs="+", help="sizes of each file in MB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--files", nargs="+", choices=FILES, default=list(FILES), help="for loading: which files")
    parser.add_argument("--tools", nargs="+", help="for loading: which tools besides Backtrail")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "backtrail-compare", help="where generated evidence goes")
    parser.add_argument("--analyze-args", default="", help="more arguments for every `backtrail analyze`")
    parser.add_argument("--cache-flag", default="", help="what switches the cache on, `{cache}` stands for its folder; without it `all` leaves that part out")
    parser.add_argument("--limit-flag", default="", help="what limits memory, such as '--memory-limit 1GB'; without it `all` leaves that part out")
    arguments = parser.parse_args()
    if arguments.part == "check":
        arguments.rounds = 1
    bench = Bench(arguments)
    machine()
    sizes = arguments.mb
    tools = ["Backtrail", *arguments.tools] if arguments.tools else None
    match arguments.part:
        case "check":
            loading(bench, (sizes or [20])[0], arguments.threads)
            whole(bench, (sizes or [20])[0], arguments.threads)
        case "loading":
            for mb in sizes or [1_000]:
                loading(bench, mb, arguments.threads, arguments.files, tools)
        case "scaling":
            scaling(bench, sizes or [100, 1_000, 4_000])
        case "whole":
            for mb in sizes or [1_000]:
                whole(bench, mb, arguments.threads)
        case "cache":
            cache(bench, (sizes or [1_000])[0], arguments.cache_flag, arguments.threads)
        case "limit":
            limit(bench, (sizes or [8_000])[0], arguments.limit_flag, arguments.threads)
        case "all":
            for mb in (100, 1_000):
                loading(bench, mb)
            loading(bench, 1_000, threads=1, tools=["Backtrail", "DuckDB", "chDB", "polars"])
            loading(bench, 4_000, tools=["Backtrail", "DuckDB", "chDB", "polars"])
            scaling(bench, [100, 1_000, 4_000])
            whole(bench, 1_000)
            if arguments.cache_flag:
                cache(bench, 1_000, arguments.cache_flag)
            if arguments.limit_flag:
                limit(bench, 8_000, arguments.limit_flag)


if __name__ == "__main__":
    main()
