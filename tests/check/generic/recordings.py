#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What recordings.sh does by numbers: makes a recording of every MIME type, has
programs judge them that know nothing of this project, serves them to browsers,
and judges what those found.

usage: recordings.py make|judge|serve FOLDER
       recordings.py played FOLDER BROWSER
"""

import concurrent.futures
import functools
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys

import numpy

RATE = 48000
# a sample more than a whole number of packets of any codec
FRAMES = 2 * RATE + RATE // 2 + 1
STOP = -(-(FRAMES - 1) * 10**9 // RATE) + 1
# Hz and level of the sine in each channel
TONES = [(440, 0.5), (660, 0.25)]
# "file" goes to a sink that can seek; "chunks" has a timeslice, so that nothing
# is written again
FORMS = ["file", "chunks"]

# Frames that may follow the recording because the file cannot say where in the
# last packet it ends
TYPES = {
    "audio/ogg;codecs=opus": 0,
    "audio/ogg;codecs=vorbis": 0,
    "audio/ogg;codecs=flac": 0,
    "audio/webm;codecs=opus": 0,
    "audio/webm;codecs=vorbis": 1024,
    "audio/mp4;codecs=mp4a.40.2": 3072,
    "audio/mp4;codecs=opus": 960,
    "audio/flac": 0,
    "audio/wav": 0,
}
# begins with the encoder's delay, which is another in each
DELAYED = "audio/mp4;codecs=mp4a.40.2"

# What programs say of a good file
HARMLESS = re.compile(
    # not told by plain WAV
    r"Guessed Channel Layout|"
    # the header that wavenc writes for floats
    r"wave header missing extended part of fmt chunk|"
    # a WAV that is streamed has no length
    r"Ignoring maximum wav data size|Estimating duration from bitrate|"
    r"Packet corrupt|corrupt input packet|Premature EOF on .wav input file|"
    # nor is there a checksum where the header is not written again
    r"cannot check MD5 signature since it was unset")


class Wrong(Exception):
    pass


def expect(true, what):
    if not true:
        raise Wrong(what)


def name_of(mime, form):
    return re.sub(r"\W+", "-", mime) + "." + form


def recordings(folder):
    """(path, MIME type, form) of those that could be made"""
    for mime in TYPES:
        for form in FORMS:
            path = folder / name_of(mime, form)
            if path.exists():
                yield path, mime, form


def report(name, wrong):
    print(f"{'FAILED' if wrong else 'passed'}: {name}" + (f": {wrong}" if wrong else ""), flush=True)
    return not wrong


# Making


def make_one(folder, mime):
    sinks = [f'every. ! mediarecorder mime-type="{mime}" timeslice={form == "chunks" and 500000000 or 0} '
             f"! filesink location={folder / name_of(mime, form)}" for form in FORMS]
    sources = [f"oscillator frequency={frequency} stop={STOP} ! gain gain={level} ! audioconvert "
               f"! audio/x-raw,rate={RATE},channel-mask=(bitmask){1 << channel} ! channels.sink_{channel}"
               for channel, (frequency, level) in enumerate(TONES)]
    line = " ".join(["interleave name=channels ! tee name=every", *sinks, *sources])
    run = subprocess.run(["gst-launch-1.0", "-q", *line.split()], capture_output=True, text=True, timeout=120)
    if run.returncode and "NotSupportedError" in run.stderr:
        return "not recorded here"
    return run.returncode and f"FAILED: {run.stderr}"


def make(folder):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = dict(zip(TYPES, pool.map(functools.partial(make_one, folder), TYPES)))
    for mime, wrong in results.items():
        if wrong:
            print(f"{mime}: {wrong}")
    return any(recordings(folder)) and not any("FAILED" in str(wrong) for wrong in results.values())


# Judging


def run(*command):
    """What a program has to say on its two outputs; it must not complain."""
    ran = subprocess.run([str(word) for word in command], capture_output=True, timeout=120)
    said = ran.stderr.decode(errors="replace")
    complaints = [line for line in said.splitlines()
                  if re.search(r"warn|error|fail|corrupt|invalid|missing|\[\w+ @", line, re.I)
                  and not HARMLESS.search(line)]
    expect(ran.returncode == 0 and not complaints, f"{command[0]}: {' / '.join(complaints) or said[-500:]}")
    return ran.stdout, said


def sine_in(wave, frequency):
    """(level, delay in frames) of a sine of this frequency in the middle of wave"""
    start = len(wave) // 4
    at = numpy.arange(start, start + RATE) * 2j * numpy.pi * frequency / RATE
    phasor = 2 * numpy.mean(wave[start:start + RATE] * numpy.exp(-at)) * 1j
    return abs(phasor), -numpy.angle(phasor) * RATE / (2 * numpy.pi * frequency)


def check_sound(wave, mime):
    expect(FRAMES <= len(wave) <= FRAMES + TYPES[mime], f"{len(wave)} frames, not {FRAMES}")
    for channel, (frequency, level) in enumerate(TONES):
        found, late = sine_in(wave[:, channel], frequency)
        expect(abs(found - level) < 0.01 * level, f"channel {channel}: level {found:.4f} at {frequency} Hz")
        # what is left is noise of the codec
        rest = wave[RATE // 2:RATE, channel]
        at = numpy.arange(RATE // 2, RATE) - late
        rest = rest - found * numpy.sin(2 * numpy.pi * frequency * at / RATE)
        expect(numpy.std(rest) < 0.02 * level, f"channel {channel}: noise {numpy.std(rest):.4f}")
        expect(mime == DELAYED or abs(late) < 0.25, f"channel {channel}: {late:+.2f} frames late")


def judge_ffprobe(path, mime, form):
    said, _ = run("ffprobe", "-v", "warning", "-show_streams", "-show_format", "-of", "json", path)
    found = json.loads(said)
    expect(len(found["streams"]) == 1, "not one stream")
    stream = found["streams"][0]
    expect(stream["channels"] == len(TONES), f"{stream['channels']} channels")
    expect(stream["sample_rate"] == str(RATE), f"{stream['sample_rate']} Hz")
    duration = found["format"].get("duration")
    if duration is None:
        # there is nowhere to say it when nothing is written again
        expect(form == "chunks" and mime.split(";")[0] in ("audio/webm", "audio/flac"), "no duration")
    else:
        slack = TYPES[mime] / RATE + 0.01
        expect(abs(float(duration) - FRAMES / RATE) < slack, f"duration {duration}")


def judge_ffmpeg(path, mime, form):
    said, _ = run("ffmpeg", "-nostdin", "-hide_banner", "-v", "warning", "-i", path, "-f", "f32le", "-")
    check_sound(numpy.frombuffer(said, "<f4").reshape(-1, len(TONES)), mime)


def judge_opusinfo(path, mime, form):
    said = run("opusinfo", path)[0].decode()
    expect(not re.search("warning|error", said, re.I), said)
    expect(re.search(r"Playback length: 0m:02\.500s", said), said)


def judge_mkvinfo(path, mime, form):
    said = run("mkvinfo", "--ui-language", "en_US", "--all", path)[0].decode()
    expect(not re.search("error|invalid|garbage", said, re.I), said)
    cues = [float(at) for at in re.findall(r"\+ Cue time: 00:00:([\d.]+)", said)]
    duration = re.search(r"\+ Duration: 00:00:([\d.]+)", said)
    if form == "file":
        expect(duration and abs(float(duration[1]) - FRAMES / RATE) < 1e-6, f"duration {duration and duration[1]}")
        # but not one for each packet
        expect(2 <= len(cues) <= 10 and cues[0] == 0 and cues[-1] > 1, f"{len(cues)} cues {cues[:10]}")
    else:
        expect("Segment: size unknown" in said, "a size that nobody can know")
    # where there are no cues, nothing else tells where to seek to
    expect("Simple block: track" not in said, "blocks without the key flag")


def judge_sox(path, mime, form):
    kind = "ogg" if "vorbis" in mime else mime.split("/")[1]
    _, said = run("sox", "-t", kind, path, "-n", "stat")
    expect(re.search(rf"Samples read: *{FRAMES * len(TONES)}\b", said), said)
    expect(re.search(r"Maximum amplitude: *0\.5\d*", said), said)


def judge_flac(path, mime, form):
    _, said = run("flac", "--test", "--silent", "--ogg" if "ogg" in mime else "--no-ogg", path)
    expect("MD5" not in said or form == "chunks" or "ogg" in mime, said)


# program, package, what it can read
JUDGES = [
    (judge_ffprobe, "ffprobe", "ffmpeg", "."),
    (judge_ffmpeg, "ffmpeg", "ffmpeg", "."),
    (judge_opusinfo, "opusinfo", "opus-tools", "ogg;codecs=opus"),
    (judge_mkvinfo, "mkvinfo", "mkvtoolnix", "webm"),
    (judge_sox, "sox", "sox", "audio/flac|wav|ogg;codecs=vorbis"),
    (judge_flac, "flac", "flac", "flac"),
]


def judge_one(judge, program, path, mime, form):
    try:
        return judge(path, mime, form)
    except Wrong as wrong:
        return str(wrong)


def judge(folder):
    jobs, names = [], []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for function, program, package, types in JUDGES:
            if not shutil.which(program):
                print(f"skipped: {program}: {package} is not installed")
                continue
            for path, mime, form in recordings(folder):
                if re.search(types, mime):
                    jobs.append(pool.submit(judge_one, function, program, path, mime, form))
                    names.append(f"{program}: {mime}, {form}")
    return all([report(name, job.result()) for name, job in zip(names, jobs)])


# Playing


class Handler(http.server.SimpleHTTPRequestHandler):
    """The page, the list of recordings, the recordings, and what was found"""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args, folder, **rest):
        self.folder = folder
        super().__init__(*args, **rest)

    def log_message(self, *args):
        pass

    def answer(self, content, kind, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Accept-Ranges", "bytes")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def send_recording(self, path, mime):
        content = path.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            return self.answer(content, mime)
        start = min(int(asked[1]), len(content) - 1)
        end = min(int(asked[2] or len(content)), len(content) - 1)
        self.answer(content[start:end + 1], mime, 206,
                    Content_Range=f"bytes {start}-{end}/{len(content)}")

    def do_GET(self):
        known = {path.name: (path, mime) for path, mime, _ in recordings(self.folder)}
        asked = self.path.split("?")[0].strip("/")
        if asked in known:
            self.send_recording(*known[asked])
        elif asked == "list":
            listed = [{"name": name, "type": mime} for name, (_, mime) in known.items()]
            self.answer(json.dumps(listed).encode(), "application/json")
        elif asked == "":
            page = pathlib.Path(__file__).with_suffix(".html").read_bytes()
            self.answer(page, "text/html; charset=utf-8")
        else:
            self.answer(b"", "text/plain", 404)

    def do_POST(self):
        found = self.rfile.read(int(self.headers["Content-Length"]))
        browser = re.sub(r"\W", "", self.path)
        unfinished = self.folder / f"{browser}.part"
        unfinished.write_bytes(found)
        unfinished.rename(self.folder / f"{browser}.json")
        self.answer(b"", "text/plain")


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, folder=folder))
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


def check_played(found, mime, form):
    """Browsers have their own ideas of where a file ends: to a packet or two."""
    end = FRAMES / RATE
    slack = (TYPES[mime] + 2048) / RATE
    expect("error" not in found, found.get("error"))
    decoded, played = found["decoded"], found["played"]
    expect(abs(decoded["duration"] - end) < slack, f"{decoded['duration']} s decoded")
    expect(len(decoded["channels"]) == len(TONES), f"{len(decoded['channels'])} channels")
    for (frequency, level), channel in zip(TONES, decoded["channels"]):
        expect(abs(channel["frequency"] - frequency) < 0.5, f"decoded {channel}")
        expect(abs(channel["peak"] - level) < 0.1 * level, f"decoded {channel}")
    expect(abs(played["frequency"] - TONES[0][0]) < 1, f"played {played}")
    expect(abs(played["peak"] - TONES[0][1]) < 0.1 * TONES[0][1], f"played {played}")
    if form == "chunks":
        # where the file does not say, Firefox takes what it guessed
        expect(abs(played["end"] - end) < 0.2, f"played {played}")
    else:
        expect(abs(played["end"] - end) < slack, f"played {played}")
        expect(played["duration"] is not None and abs(played["duration"] - end) < slack, f"played {played}")


def played(folder, browser):
    everything = json.loads((folder / f"{browser}.json").read_text())
    if "error" in everything:
        return report(browser, everything["error"])
    results = []
    for path, mime, form in recordings(folder):
        found = everything[path.name]
        name = f"{browser}: {mime}, {form}"
        if not found["can"]:
            print(f"skipped: {name}: it does not play this type")
            continue
        try:
            check_played(found, mime, form)
            seconds = found["played"]["duration"]
            report(f"{name}: duration {'unknown' if seconds is None else f'{seconds:.4f} s'}, "
                   f"decoded {found['decoded']['duration']:.4f} s, "
                   f"{found['decoded']['channels'][0]['frequency']:.2f} Hz", None)
            results.append(True)
        except Wrong as wrong:
            results.append(report(name, str(wrong)))
    return bool(results) and all(results)


if __name__ == "__main__":
    verb, folder, *rest = sys.argv[1:]
    verbs = {"make": make, "judge": judge, "serve": serve, "played": played}
    sys.exit(not verbs[verb](pathlib.Path(folder), *rest))
