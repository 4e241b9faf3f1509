# SPDX-License-Identifier: LGPL-2.1-or-later

"""What is measured: each case as a launch line of ours, one of stock elements,
and a scene for the Web Audio engines.

Lengths are multiples of 8 s, which are whole numbers of 1024-frame buffers and
of nanoseconds, and last about a second in the slowest competitor.
"""

import json

RATE = 48000
BLOCK = 1024
CAPS = f'audio/x-raw,format=F32LE,rate={RATE},channels=1'
SINK = 'fakesink name=count sync=false'


def shortened(seconds, quick):
    return max(8, seconds // 32 * 8) if quick else seconds


def oscillator(wave, frequency, seconds):
    return f'oscillator type={wave} frequency={frequency} stop={seconds * 10**9}'


def testsrc(wave, frequency, seconds, volume=1, audio=CAPS):
    stock_wave = {'sine': 'sine', 'sawtooth': 'saw'}[wave]
    return (f'audiotestsrc wave={stock_wave} freq={frequency} volume={volume} '
            f'samplesperbuffer={BLOCK} num-buffers={seconds * RATE // BLOCK} ! {audio}')


def scene(name, seconds, nodes, links):
    return {
        'format': 1, 'name': name, 'sampleRate': RATE,
        'length': seconds * RATE, 'channels': 1, 'nodes': nodes,
        'connections': [{'from': source, 'output': 0, 'to': target, 'input': 0}
                        for source, target in links],
    }


def oscillator_node(name, wave, frequency):
    return {'id': name, 'type': 'Oscillator', 'start': [0],
            'options': {'type': wave, 'frequency': frequency}}


def gain_node(name, gain):
    return {'id': name, 'type': 'Gain', 'options': {'gain': gain}}


def one_oscillator(name, wave, seconds):
    return {
        'name': name, 'seconds': seconds,
        'ours': f'{oscillator(wave, 440, seconds)} ! {CAPS} ! {SINK}',
        'stock': f'{testsrc(wave, 440, seconds)} ! {SINK}',
        'scene': scene(name, seconds, [oscillator_node('o', wave, 440)],
                       [('o', 'destination')]),
    }


def chain(name, gains, seconds):
    # a sawtooth is the cheapest source that audiotestsrc has
    gain = 0.999
    ids = ['o', *(f'g{i}' for i in range(gains)), 'destination']
    nodes = [oscillator_node('o', 'sawtooth', 440),
             *(gain_node(i, gain) for i in ids[1:-1])]
    ours = ' ! '.join([oscillator('sawtooth', 440, seconds)]
                      + [f'gain gain={gain}'] * gains)
    stock = ' ! '.join([testsrc('sawtooth', 440, seconds)]
                       + [f'volume volume={gain}'] * gains)
    return {
        'name': name, 'seconds': seconds,
        'ours': f'{ours} ! {CAPS} ! {SINK}',
        'stock': f'{stock} ! {SINK}',
        'scene': scene(name, seconds, nodes, zip(ids, ids[1:])),
    }


def mix(name, voices, seconds):
    frequencies = [100 + 37 * i for i in range(voices)]
    ids = [f'o{i}' for i in range(voices)]
    ours = ' '.join(f'{oscillator("sawtooth", f, seconds)} ! mix.' for f in frequencies)
    stock = ' '.join(f'{testsrc("sawtooth", f, seconds, 1 / voices)} ! mix.'
                     for f in frequencies)
    nodes = [oscillator_node(i, 'sawtooth', f) for i, f in zip(ids, frequencies)]
    return {
        'name': name, 'seconds': seconds,
        'ours': f'gain name=mix gain={1 / voices} ! {CAPS} ! {SINK} {ours}',
        # the same block for the mixer as for its sources
        'stock': f'audiomixer name=mix output-buffer-duration-fraction={BLOCK}/{RATE} '
                 f'! {CAPS} ! {SINK} {stock}',
        'scene': scene(name, seconds, [*nodes, gain_node('mix', 1 / voices)],
                       [*((i, 'mix') for i in ids), ('mix', 'destination')]),
    }


def record(name, seconds, scratch):
    """Without a scene: no OfflineAudioContext can be recorded, and a
    MediaRecorder runs in real time."""
    tail = 'opusenc name=count ! oggmux ! filesink location='
    pcm = f'audio/x-raw,format=S16LE,rate={RATE},channels=1'
    return {
        'name': name, 'seconds': seconds,
        'ours': f'{oscillator("sine", 440, seconds)} ! mediastreamdest channel-count=1 '
                f'! {tail}"{scratch}/ours.ogg"',
        'stock': f'{testsrc("sine", 440, seconds, audio=pcm)} ! {tail}"{scratch}/stock.ogg"',
    }


def tone(spec):
    """A scene for a tone of `oscillator-quality --list`."""
    node = oscillator_node('o', spec['type'], spec['frequency'])
    if 'endFrequency' in spec:
        node['params'] = {'frequency': {'events': [
            ['setValueAtTime', spec['frequency'], 0],
            ['linearRampToValueAtTime', spec['endFrequency'],
             spec['frames'] / spec['sampleRate']],
        ]}}
    return {**scene('tone', 0, [node], [('o', 'destination')]),
            'length': spec['frames'], 'sampleRate': spec['sampleRate']}


def described(file, quick, scratch):
    """A scene from a file; a shortened one is written for our renderer too."""
    content = json.loads(file.read_text())
    if quick:
        seconds = max(1, content['length'] // content['sampleRate'] // 4)
        content['length'] = seconds * content['sampleRate']
        file = scratch / file.name
        file.write_text(json.dumps(content))
    return {'name': content['name'], 'file': file, 'scene': content,
            'seconds': content['length'] // content['sampleRate']}


def all_cases(quick, scratch, scenes):
    def length(seconds):
        return shortened(seconds, quick)

    return [
        one_oscillator('sine', 'sine', length(600)),
        one_oscillator('sawtooth', 'sawtooth', length(600)),
        chain('50 gains', 50, length(320)),
        mix('4 mixed', 4, length(320)),
        mix('16 mixed', 16, length(64)),
        mix('100 mixed', 100, length(16)),
        record('record', length(120), scratch),
        *(described(file, quick, scratch)
          for file in sorted(scenes, key=lambda f: (len(f.name.split('-')[0]), f.name))),
    ]


# case, the factor by which ours must be faster than the stock elements
STOCK_BARS = {'sine': 4, 'sawtooth': 1, '16 mixed': 8}
# in every case, than the faster of the two Web Audio engines
PEER_BAR = 3
