# SPDX-License-Identifier: LGPL-2.1-or-later

"""Measures every case in every engine, in turns, and prints one table.

Started by run.sh, which installs and builds what this needs.
"""

import argparse
import json
import math
import os
import platform
import signal
import statistics
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import cases  # noqa: E402
import engines  # noqa: E402
import nodes  # noqa: E402

LEVEL_TOLERANCE_DB = 3


def say(text):
    print(text, file=sys.stderr, flush=True)


class Rows:
    """The runs of each engine in one case."""

    def __init__(self, case):
        self.case = case
        self.runs = {}
        self.notes = []

    def median(self, engine, key='cpu'):
        return statistics.median(run[key] for run in self.runs[engine])

    def ratio(self, engine):
        """How many times faster ours is, or None where one is missing."""
        if engine not in self.runs or engines.Ours.label not in self.runs:
            return None
        return self.median(engine) / max(self.median(engines.Ours.label), 1e-6)


def check(rows, label, run, reference):
    """Notes where an engine did not render what it was asked for."""
    wanted = rows.case['seconds'] * cases.RATE
    if run['frames'] != wanted:
        rows.notes.append(f'{label}: {run["frames"]} frames instead of {wanted}')
    rms = run.get('rms')
    if rms is None:
        return reference
    if rms <= 0:
        rows.notes.append(f'{label}: silent')
    elif reference and abs(20 * math.log10(rms / reference)) > LEVEL_TOLERANCE_DB:
        rows.notes.append(f'{label}: level {rms:.4f} instead of {reference:.4f}')
    return reference or rms


def measure_case(case, competitors, runs):
    """One run of each that is checked and not counted, then `runs` rounds.

    Raises Missing where the scene needs a node of ours that does not exist.
    """
    rows = Rows(case)
    active = []
    reference = None
    for engine in competitors:
        if not engine.can(case):
            continue
        try:
            reference = check(rows, engine.label, engine.run(case, True), reference)
            active.append(engine)
        except engines.Missing:
            raise
        except engines.Failure as failure:
            rows.notes.append(f'{engine.label}: {failure}')
    for number in range(runs):
        say(f'{case["name"]}: run {number + 1} of {runs}')
        for engine in list(active):
            try:
                rows.runs.setdefault(engine.label, []).append(engine.run(case, False))
            except engines.Failure as failure:
                rows.notes.append(f'{engine.label}: {failure}')
                rows.runs.pop(engine.label, None)
                active.remove(engine)
    return rows


def table(results):
    lines = ['| case | engine | render CPU s | min..max | wall s | process CPU s '
             '| times real time | ours is faster by |',
             '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |']
    for rows in results:
        for label, runs in rows.runs.items():
            cpu = [run['cpu'] for run in runs]
            ratio = rows.ratio(label) if label != engines.Ours.label else None
            lines.append(
                f'| {rows.case["name"]}, {rows.case["seconds"]} s | {label} '
                f'| {statistics.median(cpu):.3f} | {min(cpu):.3f}..{max(cpu):.3f} '
                f'| {rows.median(label, "wall"):.3f} | {rows.median(label, "process"):.2f} '
                f'| {rows.case["seconds"] / max(statistics.median(cpu), 1e-6):.0f} '
                f'| {f"{ratio:.2f}" if ratio else ""} |')
    return lines


def bar(name, needed, ratio):
    if ratio is None:
        return f'- {name}: needed {needed}, not measured'
    return (f'- {name}: needed {needed}, measured {ratio:.2f}: '
            f'{"met" if ratio >= needed else "MISSED"}')


def bars(results):
    lines = []
    for rows in results:
        name = rows.case['name']
        if name in cases.STOCK_BARS:
            lines.append(bar(f'{name}, against the stock elements', cases.STOCK_BARS[name],
                             rows.ratio(engines.Stock.label)))
    for rows in results:
        if 'scene' not in rows.case:
            continue
        peers = [(rows.ratio(label), label)
                 for label in (engines.Node.label, engines.Chromium.label)
                 if rows.ratio(label) is not None]
        ratio, label = min(peers, default=(None, 'the faster Web Audio engine'))
        lines.append(bar(f'{rows.case["name"]}, against {label}', cases.PEER_BAR, ratio))
    return lines


def surroundings(options, competitors):
    model = next((line.partition(':')[2].strip()
                  for line in Path('/proc/cpuinfo').read_text().splitlines()
                  if line.startswith('model name')), platform.machine())
    labels = [engine.label for engine in competitors]
    lines = [f'- {model}, {os.cpu_count()} cores, Linux {platform.release()}',
             f'- {engines.version(["gst-launch-1.0", "--gst-version"])}, our plugin built as '
             f'{options.build_type}']
    if engines.Node.label in labels:
        manifest = options.node / 'node_modules/node-web-audio-api/package.json'
        lines.append(f'- node-web-audio-api {json.loads(manifest.read_text())["version"]}, '
                     f'node {engines.version(["node", "--version"])}')
    if engines.Chromium.label in labels:
        lines.append(f'- {engines.version(["chromium", "--version"])}')
    return lines


def explanations(options):
    return [
        f'- Medians of {options.runs} runs of each engine, taken in turns; the ratios are of '
        'render CPU seconds, all of one run of this program. 48 kHz, float, '
        'buffers of 1024 frames in the GStreamer pipelines.',
        '- Render CPU is what rendering alone took, user and system, of all threads; the pipelines '
        'are timed from READY to EOS. Chromium and our scenes (P…) tell only what the clock '
        'said: for them it is the smaller of that and of process CPU. Process CPU is that of '
        'the whole process, start and warm-up included, and for Chromium, which keeps running, '
        'that of all its processes during the run.',
        '- Recording has no counterpart in the Web Audio engines: an OfflineAudioContext cannot '
        'be recorded, and Chromium\'s MediaRecorder runs in real time; node-web-audio-api '
        'encodes no Opus.',
    ]


def quality(options, competitors):
    """The figures of the oscillators: ours, and the peers' renders beside it."""
    program = options.build / 'tests/benchmarks/oscillator-quality'
    if not program.exists():
        return []
    listed = subprocess.run([program, '--list'], capture_output=True, text=True,
                            check=True, timeout=60).stdout
    scenes = [cases.tone(spec) for spec in json.loads(listed)]
    arguments = []
    for engine in competitors:
        if not hasattr(engine, 'samples'):
            continue
        say(f'{engine.label}: {len(scenes)} tones')
        file = options.scratch / f'{engine.label}.f32'
        try:
            file.write_bytes(engine.samples(scenes))
            arguments += ['--compare', f'{engine.label.lower()}={file}']
        except engines.Failure as failure:
            say(f'{engine.label}: {failure}')
    run = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=600)
    # its status 1 only says that our bar is missed, which it prints too
    return ['```', *(run.stdout + run.stderr).rstrip().splitlines(), '```']


def parse_options():
    parser = argparse.ArgumentParser(prog='run.sh')
    parser.add_argument('--build', type=Path, required=True)
    parser.add_argument('--node', type=Path)
    parser.add_argument('--chromium', action='store_true')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--runs', type=int)
    parser.add_argument('--markdown', type=Path)
    parser.add_argument('--build-type', default='unknown')
    parser.add_argument('--nodes', action='store_true')
    parser.add_argument('--only', help='nodes whose names contain this')
    options = parser.parse_args()
    options.runs = options.runs or (3 if options.quick else 5)
    options.scratch = options.build / 'benchmark-scratch'
    options.scratch.mkdir(parents=True, exist_ok=True)
    return options


def environment(options):
    """Only the built plugin beside the system's, with a registry of its own."""
    return {**{name: value for name, value in os.environ.items()
               if not name.startswith(('GST_', 'G_'))},
            'GST_PLUGIN_PATH_1_0': str(options.build / 'gst'),
            'GST_REGISTRY_1_0': str(options.scratch / 'registry.bin')}


def gather(options, competitors):
    results, missing = [], []
    ours = competitors[0]
    scenes = (Path(__file__).parent / 'scenes').glob('*.json')
    for case in cases.all_cases(options.quick, options.scratch, scenes):
        if not ours.can(case):
            missing.append(f'- {case["name"]}: tests/conformance/render is not built')
            continue
        try:
            results.append(measure_case(case, competitors, options.runs))
        except engines.Missing as reason:
            missing.append(f'- {case["name"]}: {reason}')
    return results, missing


def gather_nodes(options, competitors):
    """What each node costs, and those that do not exist."""
    figures, missing = [], []
    for item in nodes.NODES:
        if options.only and options.only not in item['name']:
            continue
        try:
            alone, row = (measure_case(case, competitors, options.runs)
                          for case in nodes.pair(item, options.quick, options.scratch))
            figures.append((item, nodes.costs(item, alone, row)))
            for note in row.notes:
                say(f'{item["name"]}: {note}')
        except engines.Missing as reason:
            missing.append(f'- {item["name"]}: {reason}')
    return figures, missing


def node_bars(figures):
    return [bar(item['name'], cases.PEER_BAR,
                min(cost[peer] for peer in peers) / max(cost[engines.Ours.label], 0.01))
            for item, cost in figures
            if engines.Ours.label in cost and (peers := [
                peer for peer in (engines.Node.label, engines.Chromium.label) if peer in cost])]


def report_nodes(figures, missing):
    peers = [engines.Node.label, engines.Chromium.label]
    parts = [['Nanoseconds for each frame and node:', '',
              *nodes.table(figures, engines.Ours.label, peers, engines.Stock.label)],
             ['Bars, against the faster Web Audio engine:', '', *node_bars(figures)],
             ['Nodes that do not exist yet:', '', *missing] if missing else []]
    return '\n\n'.join('\n'.join(part) for part in parts if part) + '\n'


def report(options, competitors, results, missing):
    notes = [f'- {rows.case["name"]}: {note}' for rows in results for note in rows.notes]
    oscillators = quality(options, competitors)
    parts = [
        surroundings(options, competitors), table(results), explanations(options),
        ['Bars:', '', *bars(results)],
        ['Noted:', '', *notes] if notes else [],
        ['Scenes that wait for a node:', '', *missing] if missing else [],
        ['Oscillator quality:', '', *oscillators] if oscillators else [],
    ]
    return '\n\n'.join('\n'.join(part) for part in parts if part) + '\n'


def main():
    # so that the browser is ended on the way out
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = parse_options()
    env = environment(options)
    pipelines = options.build / 'tests/benchmarks/pipelines'
    render = options.build / 'tests/conformance/render'
    competitors = [
        engines.Ours(engines.Pipelines(pipelines, 'ours', env),
                     engines.Scenes(render, options.scratch, env)
                     if render.exists() else None),
        engines.Stock(pipelines, 'stock', env),
    ]
    if options.node:
        competitors.append(engines.Node(options.node, options.scratch))
    browser = engines.Chromium() if options.chromium else None
    if browser:
        competitors.append(browser)
    try:
        if options.nodes:
            text = report_nodes(*gather_nodes(options, competitors))
        else:
            text = report(options, competitors, *gather(options, competitors))
    finally:
        if browser:
            browser.close()
    print(text)
    if options.markdown:
        options.markdown.write_text(text)


if __name__ == '__main__':
    main()
