# SPDX-License-Identifier: LGPL-2.1-or-later

"""The competitors: each renders a case and says what that took.

Every run is a dict: `frames`, `wall` and `cpu` (seconds of the rendering alone),
`process` (user + system seconds of all that was started for it) and, where asked
for, `rms`.
"""

import array
import http.server
import json
import math
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, Queue

HERE = Path(__file__).resolve().parent
RUN_TIMEOUT = 60


class Failure(Exception):
    """A competitor could not render a case; the text says why."""


class Missing(Failure):
    """A scene needs a node that does not exist yet."""


def run_process(argv, env=None):
    """The exit status, stdout, stderr and CPU seconds of a whole process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=err, env=env)
        timer = threading.Timer(RUN_TIMEOUT, process.kill)
        timer.start()
        try:
            # unlike Popen.wait() it tells what this one child has used
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return (process.returncode, out.read(),
                err.read().decode(errors='replace').strip(),
                usage.ru_utime + usage.ru_stime)


def rms(file):
    samples = array.array('f', file.read_bytes())
    return math.sqrt(sum(x * x for x in samples) / len(samples))


class Pipelines:
    """GStreamer pipelines: ours, or those of stock elements."""

    def __init__(self, program, key, environment):
        self.program = program
        self.key = key
        self.environment = environment

    def can(self, case):
        return self.key in case

    def run(self, case, level):
        argv = [self.program, *(['--level'] if level else []), case[self.key]]
        code, out, err, process = run_process(argv, self.environment)
        if code:
            raise Failure(err or f'exit status {code}')
        return {**json.loads(out), 'process': process}


class Scenes:
    """Our elements, built from a scene by tests/conformance's `render`."""

    def __init__(self, program, scratch, environment):
        self.program = program
        self.output = scratch / 'scene.f32'
        self.environment = environment

    def can(self, case):
        return 'file' in case

    def run(self, case, level):
        output = [self.output] if level else []
        code, out, err, process = run_process(
            [self.program, '--time', case['file'], *output], self.environment)
        if code == 3:
            raise Missing(err.splitlines()[-1])
        if code:
            raise Failure(err or f'exit status {code}')
        frames, seconds = re.fullmatch(rb'(\d+) frames, ([\d.]+) seconds\n', out).groups()
        # it reads the clock only; neither figure is less than its CPU time
        result = {'frames': int(frames), 'wall': float(seconds),
                  'cpu': min(float(seconds), process), 'process': process}
        return {**result, 'rms': rms(self.output)} if level else result


class Ours:
    """A launch line where the case has one, else the scene."""

    label = 'ours'

    def __init__(self, pipelines, scenes):
        self.ways = [way for way in (pipelines, scenes) if way]

    def can(self, case):
        return any(way.can(case) for way in self.ways)

    def run(self, case, level):
        return next(way for way in self.ways if way.can(case)).run(case, level)


class Stock(Pipelines):
    label = 'stock elements'


class Node:
    """node-web-audio-api, one process for each run."""

    label = 'node-web-audio-api'

    def __init__(self, folder, scratch):
        self.folder = folder
        self.scratch = scratch

    def start(self, command, data):
        file = self.scratch / 'node.json'
        file.write_text(json.dumps(data))
        code, out, err, process = run_process(
            ['node', HERE / 'node-render.mjs', self.folder, command, file])
        if code:
            raise Failure(err.splitlines()[-1] if err else f'exit status {code}')
        return out, process

    def can(self, case):
        return 'scene' in case

    def run(self, case, level):
        out, process = self.start('measure', case['scene'])
        return {**json.loads(out), 'process': process}

    def samples(self, scenes):
        return self.start('samples', scenes)[0]


class PageServer(http.server.ThreadingHTTPServer):
    """Serves this folder, hands out jobs and takes their results."""

    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), PageHandler)
        self.jobs = Queue()
        self.results = Queue()


class PageHandler(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    extensions_map = {'.html': 'text/html', '.mjs': 'text/javascript',
                      '': 'application/octet-stream'}

    def __init__(self, *args):
        super().__init__(*args, directory=str(HERE))

    def do_GET(self):
        if self.path != '/job':
            super().do_GET()
            return
        try:
            self.answer(200, json.dumps(self.server.jobs.get(timeout=20)).encode())
        except Empty:
            self.answer(204, b'')

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.results.put(body)
        self.answer(204, b'')

    def answer(self, status, body):
        self.send_response(status)
        if status != 204:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Chromium:
    """Chromium's OfflineAudioContext: one headless browser for all runs.

    It gets its scenes from a server on the loopback interface and can reach
    nothing else.
    """

    label = 'Chromium'
    FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--mute-audio',
             '--no-first-run', '--no-default-browser-check', '--no-pings',
             '--disable-background-networking', '--disable-component-update',
             '--disable-sync', '--disable-default-apps', '--disable-extensions',
             '--disable-breakpad', '--disable-crash-reporter',
             '--disable-domain-reliability', '--disable-dev-shm-usage',
             '--disable-client-side-phishing-detection',
             '--disable-renderer-backgrounding',
             '--disable-background-timer-throttling',
             '--disable-features=OptimizationHints,MediaRouter,Translate',
             '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']

    def __init__(self):
        self.server = PageServer()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.start()

    def start(self):
        # a short path: the browser puts sockets there
        self.profile = tempfile.mkdtemp(prefix='benchmark-')
        # a session of its own, so that all of its processes can be found
        self.process = subprocess.Popen(
            # should this program be killed, the browser goes too
            ['setpriv', '--pdeathsig', 'KILL', 'chromium', *self.FLAGS, f'--user-data-dir={self.profile}',
             f'http://127.0.0.1:{self.server.server_port}/chromium-render.html'],
            env={**os.environ, 'TMPDIR': self.profile}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)

    def pids(self):
        """The live processes of the browser's session."""
        for entry in Path('/proc').iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / 'stat').read_text().rpartition(')')[2].split()
                except OSError:
                    continue
                if int(fields[3]) == self.process.pid and fields[0] != 'Z':
                    yield int(entry.name), (int(fields[11]) + int(fields[12]))

    def cpu(self):
        return sum(ticks for _, ticks in self.pids()) / os.sysconf('SC_CLK_TCK')

    def ask(self, job):
        self.server.jobs.put(job)
        deadline = time.monotonic() + RUN_TIMEOUT
        while time.monotonic() < deadline:
            try:
                body = self.server.results.get(timeout=1)
            except Empty:
                if self.process.poll() is not None:
                    raise Failure('the browser ended') from None
                continue
            if body.startswith(b'{"error"'):
                raise Failure(json.loads(body)['error'])
            return body
        # it would not take the next one either
        self.stop()
        self.start()
        raise Failure(f'no answer in {RUN_TIMEOUT} s')

    def can(self, case):
        return 'scene' in case

    def run(self, case, level):
        before = self.cpu()
        result = json.loads(self.ask({'command': 'measure', 'scene': case['scene']}))
        process = self.cpu() - before
        # The page cannot read the CPU time of its render thread. Its clock
        # counts waiting too, the processes all their other work: the smaller
        # of the two is nearest, and never to the browser's disadvantage.
        result['cpu'] = min(result['wall'], process)
        return {**result, 'process': process}

    def samples(self, scenes):
        return b''.join(self.ask({'command': 'samples', 'scene': scene})
                        for scene in scenes)

    def stop(self):
        for sign, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            deadline = time.monotonic() + seconds
            while True:
                pids = [pid for pid, _ in self.pids()]
                for pid in pids:
                    try:
                        os.kill(pid, sign)
                    except ProcessLookupError:
                        pass
                if not pids or time.monotonic() > deadline:
                    break
                time.sleep(0.1)
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def close(self):
        self.server.shutdown()
        self.stop()
        self.server.server_close()


def version(argv):
    try:
        out = subprocess.run(argv, capture_output=True, text=True, timeout=60)
        lines = out.stdout.strip().splitlines()
    except (OSError, subprocess.TimeoutExpired):
        lines = []
    return lines[0] if lines else 'unknown'
