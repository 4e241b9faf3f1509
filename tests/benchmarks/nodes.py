# SPDX-License-Identifier: LGPL-2.1-or-later

"""What one node costs: a source alone, and the same with nodes in a row, or with
more such sources.

The difference, for each frame and node, is the figure; the source and what the
engine does besides take no part in it. Where a stock element does the same, or
what comes closest, it stands beside.
"""

import json

import cases

NOISE = {'gen': 'lcg-noise', 'seed': 7, 'amp': 0.5}
RESPONSE = {'sampleRate': cases.RATE, 'length': 2 * cases.RATE, 'channels': [
    {'gen': 'exp-decay-lcg-noise', 'seed': seed, 'amp': 0.2, 'decay': 0.99995}
    for seed in (1, 2)]}
CURVE = {'gen': 'softclip', 'length': 4097, 'drive': 4}
MOVING = {'events': [['setValueAtTime', 200, 0], ['linearRampToValueAtTime', 5000, 1000]]}


def node(name, kind, options=None, row=16, stock=None, channels=1, params=None):
    """`row`: how many of them; `stock`: an element of a launch line."""
    return {'name': name, 'type': kind, 'options': options or {}, 'row': row,
            'stock': stock, 'channels': channels, 'params': params or {}}


def in_row(item, row):
    """The nodes and the connections of `row` of them after the source."""
    ids = ['source', *(f'n{i}' for i in range(row)), 'destination']
    return ([made(item, i) for i in ids[1:-1]],
            [(a, 0, b, 0) for a, b in zip(ids, ids[1:])])


def beside(item, row):
    """`row` sources mixed with the first."""
    ids = [f'n{i}' for i in range(row)]
    return ([{**made(item, i), 'start': [0]} for i in ids],
            [(i, 0, 'destination', 0) for i in ['source', *ids]])


def split(item, row):
    """`row` pairs of a splitter and a merger, that exchange two channels."""
    nodes, connections, last = [], [], 'source'
    for i in range(row):
        splitter, merger = f's{i}', f'n{i}'
        nodes += [{'id': splitter, 'type': 'ChannelSplitter',
                   'options': {'numberOfOutputs': 2}}, made(item, merger)]
        connections += [(last, 0, splitter, 0), (splitter, 0, merger, 1),
                        (splitter, 1, merger, 0)]
        last = merger
    return nodes, [*connections, (last, 0, 'destination', 0)]


def made(item, name):
    return {'id': name, 'type': item['type'], 'options': item['options'],
            'params': item['params']}


# how several of a type are connected, where not in a row
WAYS = {'AudioBufferSource': beside, 'ChannelMerger': split}


NODES = [
    node('gain', 'Gain', {'gain': 0.999}, stock='volume volume=0.999'),
    node('buffersource', 'AudioBufferSource', {'buffer': 'noise', 'loop': True}),
    node('buffersource, rate 1.3', 'AudioBufferSource',
         {'buffer': 'noise', 'loop': True, 'playbackRate': 1.3}),
    node('biquadfilter', 'BiquadFilter', {'frequency': 1000},
         stock='audiocheblimit mode=low-pass cutoff=1000 poles=2'),
    node('biquadfilter, frequency moves', 'BiquadFilter', params={'frequency': MOVING}),
    node('iirfilter, order 4', 'IIRFilter',
         {'feedforward': [0.004, 0.017, 0.025, 0.017, 0.004],
          'feedback': [1, -2.37, 2.31, -1.05, 0.187]},
         stock='audiocheblimit mode=low-pass cutoff=4000 poles=4'),
    node('waveshaper', 'WaveShaper', {'curve': CURVE},
         stock='audioamplify amplification=4 clipping-method=clip'),
    node('waveshaper, 4x', 'WaveShaper', {'curve': CURVE, 'oversample': '4x'}, row=8),
    node('delay', 'Delay', {'delayTime': 0.1},
         stock='audioecho delay=100000000 intensity=0.5'),
    node('convolver, stereo, 2 s', 'Convolver', {'buffer': 'response'}, row=1, channels=2,
         stock='audiowsinclimit cutoff=1000 length=96001'),
    node('dynamicscompressor', 'DynamicsCompressor', row=8,
         stock='audiodynamic threshold=0.1 ratio=0.1'),
    node('stereopanner', 'StereoPanner', {'pan': 0.3}, channels=2,
         stock='audiopanorama panorama=0.3'),
    node('panner, equalpower', 'Panner', {'positionX': 1, 'positionZ': -1}, channels=2),
    node('channelsplitter and channelmerger', 'ChannelMerger', {'numberOfInputs': 2},
         channels=2),
    node('analyser', 'Analyser',
         stock='spectrum bands=1024 interval=1000000000000'),
    # last, because Chromium does not always come back from it
    node('panner, HRTF', 'Panner', {'panningModel': 'HRTF', 'positionX': 1}, row=2, channels=2),
]


def scene(item, row, seconds):
    """A looped buffer of noise, `row` nodes, the destination."""
    source = {'id': 'source', 'type': 'AudioBufferSource', 'start': [0],
              'options': {'buffer': 'noise', 'loop': True}}
    nodes, connections = WAYS.get(item['type'], in_row)(item, row)
    return {**cases.scene(item['name'], seconds, [source, *nodes], []),
            'connections': [{'from': a, 'output': output, 'to': b, 'input': number}
                            for a, output, b, number in connections],
            'channels': item['channels'],
            'buffers': {'noise': {'length': cases.RATE,
                                  'channels': [NOISE] * item['channels']},
                        'response': RESPONSE}}


def line(item, row, seconds):
    caps = cases.CAPS.replace('channels=1', f'channels={item["channels"]}')
    return ' ! '.join([
        f'audiotestsrc wave=saw volume=0.5 samplesperbuffer={cases.BLOCK} '
        f'num-buffers={seconds * cases.RATE // cases.BLOCK}', caps,
        *[item['stock']] * row, cases.SINK])


def pair(item, quick, scratch):
    """The case with no node and the case with all of them."""
    seconds = cases.shortened(64, quick)
    both = []
    for row in (0, item['row']):
        content = scene(item, row, seconds)
        file = scratch / f'{item["name"].replace(" ", "").replace(",", "-")}-{row}.json'
        file.write_text(json.dumps(content))
        case = {'name': f'{item["name"]}, {row}', 'seconds': seconds, 'file': file,
                'scene': content}
        if item['stock']:
            case['stock'] = line(item, row, seconds)
        both.append(case)
    return both


def costs(item, alone, row):
    """Nanoseconds for each frame and node: engine → figure."""
    frames = row.case['seconds'] * cases.RATE * item['row']
    return {engine: max(row.median(engine) - alone.median(engine), 0) * 1e9 / frames
            for engine in row.runs if engine in alone.runs}


def table(figures, ours, peers, stock):
    """`figures`: (item, its costs) of each node."""
    lines = [f'| node | {ours} | {" | ".join(peers)} | times faster | {stock} | times faster |',
             '| --- |' + ' ---: |' * (len(peers) + 4)]
    for item, cost in figures:
        own = cost.get(ours)
        others = [cost[peer] for peer in peers if peer in cost]

        def times(value):
            return f'{value / max(own, 0.01):.1f}' if own is not None and value else ''

        cells = [item['name'], *(f'{cost[label]:.1f}' if label in cost else ''
                                 for label in (ours, *peers)),
                 times(min(others, default=None)),
                 f'{cost[stock]:.1f}' if stock in cost else '', times(cost.get(stock))]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return lines
