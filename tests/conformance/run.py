#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Renders the described scenes and compares them with the expected renders.

Every scene is rendered at two block sizes, which must give the same bytes, and
compared by the metric and limit of manifest.tsv; answers to queries are
compared by the tolerances of FORMAT.md. A scene that uses a node or a feature
that does not exist yet is skipped. Exit status 1 when any scene fails.
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from scipy.signal import firwin, lfilter

HERE = pathlib.Path(__file__).resolve().parent
BLOCK_SIZES = (128, 1024)
MISSING = 3
TIMEOUT = 120
LOW_PASS = firwin(511, 0.5, window=("kaiser", 12))

Result = collections.namedtuple("Result", "name verdict text")


class Failed(Exception):
    """A scene is not as it should be; the text says how."""


class Skipped(Exception):
    """A scene uses what does not exist yet; the text names it."""


# The metrics of FORMAT.md

def snr(ref, x):
    error = ((ref - x) ** 2).sum()
    signal = (ref ** 2).sum()
    if error == 0:
        return np.inf
    return -np.inf if signal == 0 else 10 * np.log10(signal / error)


def low_passed_snr(ref, x):
    return snr(lfilter(LOW_PASS, 1, ref, axis=0), lfilter(LOW_PASS, 1, x, axis=0))


def aligned_snr(ref, x, reach=256):
    n = len(ref)
    best = -np.inf
    for lag in range(-reach, reach + 1):
        a, b = (ref[lag:], x[: n - lag]) if lag >= 0 else (ref[: n + lag], x[-lag:])
        best = max(best, snr(a, b))
    return best


def level_difference(ref, x, window=512):
    worst = 0.0
    for start in range(0, len(ref) - window + 1, window):
        a = np.sqrt((ref[start : start + window] ** 2).mean(axis=0))
        b = np.sqrt((x[start : start + window] ** 2).mean(axis=0))
        for ra, rb in zip(a, b):
            if ra > 10 ** (-50 / 20):
                worst = max(worst, abs(20 * np.log10(max(rb, 1e-12) / ra)))
    return worst


METRICS = {"snr": snr, "lp-snr": low_passed_snr, "aligned-snr": aligned_snr, "level": level_difference}


def compare_samples(entry, path):
    """Returns what was measured, as text."""
    channels, limit = int(entry["channels"]), float(entry["limit"])
    metric = entry["metric"]
    ref = np.fromfile(HERE / "expected" / f"{entry['scene']}.f32", "<f4").astype(float)
    x = np.fromfile(path, "<f4").astype(float)
    if x.size != ref.size:
        raise Failed(f"{x.size} samples, not {ref.size}")
    if not np.isfinite(x).all():
        raise Failed("samples that are not finite")
    value = METRICS[metric](ref.reshape(-1, channels), x.reshape(-1, channels))
    text = f"{metric} {value:.1f} (limit {limit:g})"
    if not (value <= limit if metric == "level" else value >= limit):
        raise Failed(text)
    return text


# The tolerances of FORMAT.md; not-a-number and infinities must agree

def near(ref, x, tolerance):
    if math.isnan(ref) or math.isinf(ref):
        return x == ref or (math.isnan(ref) and math.isnan(x))
    return abs(x - ref) <= tolerance


def near_linear(ref, x):
    return near(ref, x, max(1e-5 * abs(ref), 1e-7))


def near_phase(ref, x):
    if math.isnan(ref):
        return math.isnan(x)
    return abs(math.remainder(x - ref, 2 * math.pi)) <= 1e-4


def near_decibels(ref, x):
    return near(ref, x, 0.01) if ref > -100 else x <= -99.99


def near_reduction(ref, x):
    return near(ref, x, 0.5)


def near_byte(ref, x):
    return abs(x - ref) <= 1


TOLERANCES = {
    ("getFrequencyResponse", "mag"): near_linear,
    ("getFrequencyResponse", "phase"): near_phase,
    ("reduction", "value"): near_reduction,
    ("paramValue", "value"): near_linear,
    ("getFloatFrequencyData", "data"): near_decibels,
    ("getByteFrequencyData", "data"): near_byte,
    ("getByteTimeDomainData", "data"): near_byte,
}


def numbers(answer):
    """Numbers may be strings, and there may be one or a list of them."""
    values = answer if isinstance(answer, list) else [answer]
    return [float(value) for value in values]


def compare_member(method, member, expected, answered, limit):
    ref, x = numbers(expected), numbers(answered)
    if len(ref) != len(x):
        raise Failed(f"{method}: {len(x)} numbers in {member}, not {len(ref)}")
    if method == "getFloatTimeDomainData":
        measured = snr(np.array(ref), np.array(x))
        if not measured >= limit:
            raise Failed(f"{method}: snr {measured:.1f} (limit {limit:g})")
        return
    for i, (a, b) in enumerate(zip(ref, x)):
        if not TOLERANCES[method, member](a, b):
            raise Failed(f"{method}: {member}[{i}] is {b:g}, not {a:g}")


def compare_answers(entry, scene, path):
    """Returns what was compared, as text."""
    queries = scene.get("queries", [])
    if not queries:
        return ""
    expected = json.loads((HERE / "expected" / f"{entry['scene']}.queries.json").read_text())
    answers = json.loads(path.read_text())
    if len(answers) != len(queries):
        raise Failed(f"{len(answers)} answers to {len(queries)} queries")
    for query, ref, answer in zip(queries, expected, answers):
        for member in ref:
            if member not in answer:
                raise Failed(f"{query['method']}: no {member} in the answer")
            if member not in query:
                compare_member(query["method"], member, ref[member], answer[member],
                               float(entry["limit"]))
    return f", {len(queries)} queries"


# Running

def render(program, scene, block_size, folder):
    """Returns the files of samples and of answers."""
    out, answers = folder / f"{block_size}.f32", folder / f"{block_size}.json"
    try:
        done = subprocess.run([program, "--block-size", str(block_size), scene, out, answers],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=TIMEOUT, text=True, errors="replace")
    except subprocess.TimeoutExpired:
        raise Failed(f"block size {block_size}: no end after {TIMEOUT} s") from None
    last_line = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
    if done.returncode == MISSING:
        raise Skipped(last_line)
    if done.returncode:
        raise Failed(f"block size {block_size}: exit status {done.returncode}: {last_line}")
    return out, answers


def check(program, entry, folder):
    path = HERE / "scenes" / f"{entry['scene']}.json"
    renders = [render(program, path, size, folder) for size in BLOCK_SIZES]
    for kind, files in zip(("samples", "answers"), zip(*renders)):
        if len({file.read_bytes() for file in files}) > 1:
            raise Failed(f"{kind} differ between block sizes")
    samples, answers = renders[0]
    return (compare_samples(entry, samples)
            + compare_answers(entry, json.loads(path.read_text()), answers))


def run(program, entry):
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        try:
            return Result(entry["scene"], "pass", check(program, entry, pathlib.Path(folder)))
        except Failed as failure:
            return Result(entry["scene"], "FAIL", str(failure))
        except Skipped as reason:
            return Result(entry["scene"], "skip", str(reason))


def read_manifest(only):
    with open(HERE / "manifest.tsv", newline="", encoding="utf-8") as file:
        entries = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    unknown = set(only) - {entry["scene"] for entry in entries}
    if unknown:
        sys.exit(f"no such scene: {', '.join(sorted(unknown))}")
    return [entry for entry in entries if not only or entry["scene"] in only]


def summarise(results):
    """Returns the exit status."""
    skipped = collections.defaultdict(list)
    for result in results:
        if result.verdict == "skip":
            skipped[result.text].append(result.name)
    for reason, names in sorted(skipped.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"skipped for want of {reason}: {len(names)}")
    count = collections.Counter(result.verdict for result in results)
    print(f"{count['pass']} passed, {count['FAIL']} failed, {count['skip']} skipped")
    return 1 if count["FAIL"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="scenes at the same time")
    parser.add_argument("program", type=lambda path: pathlib.Path(path).resolve(), help="the built render")
    parser.add_argument("scene", nargs="*", help="names of scenes; all if there is none")
    options = parser.parse_args()

    entries = read_manifest(options.scene)
    results = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for result in pool.map(lambda entry: run(options.program, entry), entries):
            print(result.verdict, f"{result.name}:", result.text, flush=True)
            results.append(result)
    return summarise(results)


if __name__ == "__main__":
    sys.exit(main())
