#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Draws the pictures of the pages from what the elements put out.

usage: meson devenv -C build "$PWD/docs/pictures.py" [FOLDER]     default: docs/

Needs python3-gi, gir1.2-gstreamer-1.0, python3-numpy and python3-matplotlib.
"""

import re
import sys
import tempfile
from pathlib import Path

import gi
import matplotlib
import numpy as np

gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402
from PIL import Image  # noqa: E402

RATE = 48000
BLUE, ORANGE, GREY = '#1f5fbf', '#e07020', '#999999'
SINK = (f' ! audio/x-raw,format=F32LE,rate={RATE},layout=interleaved'
        ' ! appsink name=out sync=false max-buffers=2')


def end(pipeline, line):
    error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if error:
        sys.exit(f'{line}: {error.parse_error().gerror.message}')


def run(line):
    pipeline = Gst.parse_launch(line)
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_bus().poll(Gst.MessageType.ERROR | Gst.MessageType.EOS, Gst.CLOCK_TIME_NONE)
    end(pipeline, line)


def render(line, at_block=lambda number, pipeline: None):
    """The samples that a launch line ends in: an array [frame, channel]."""
    pipeline = Gst.parse_launch(line + SINK)
    out = pipeline.get_by_name('out')
    pipeline.set_state(Gst.State.PLAYING)
    blocks = []
    while sample := out.emit('pull-sample'):
        channels = sample.get_caps().get_structure(0).get_value('channels')
        buffer = sample.get_buffer()
        data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), '<f4')
        blocks.append(data.reshape(-1, channels))
        at_block(len(blocks), pipeline)
    end(pipeline, line)
    return np.concatenate(blocks)


def spectrum(samples):
    """Levels in dB, the strongest 0, and their frequencies in Hz."""
    level = np.abs(np.fft.rfft(samples * np.blackman(len(samples)) ** 2))
    level = 20 * np.log10(level / level.max() + 1e-12)
    return np.fft.rfftfreq(len(samples), 1 / RATE), level


def milliseconds(samples, start=0):
    return (start + np.arange(len(samples))) / RATE * 1000


def panels(count, titles):
    figure, axes = plt.subplots(1, count, figsize=(9, 2.9), squeeze=False,
                                layout='constrained')
    for axis, title in zip(axes[0], titles):
        axis.set_title(title, fontsize=9)
        axis.tick_params(labelsize=8)
        axis.grid(alpha=0.3)
    return figure, axes[0]


def save(figure, path):
    figure.savefig(path, dpi=90)
    plt.close(figure)
    # the pages are read in a browser: few colours, few bytes
    Image.open(path).convert('RGB').quantize(48).save(path, optimize=True)
    print(path, path.stat().st_size, 'bytes')


def ask(analyser, what):
    data = analyser.emit(f'copy-{what}-data').get_data()
    return np.frombuffer(data, np.uint8 if 'byte' in what else '<f4')


def watch(line, what):
    """What the analyser named a of a launch line says after each of its blocks, and at the end."""
    pipeline = Gst.parse_launch(line + ' ! fakesink name=out')
    analyser = pipeline.get_by_name('a')
    seen = []

    def on_block(pad, info):
        seen.append(ask(analyser, what))
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name('out').get_static_pad('sink').add_probe(Gst.PadProbeType.BUFFER, on_block)
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_bus().poll(Gst.MessageType.ERROR | Gst.MessageType.EOS, Gst.CLOCK_TIME_NONE)
    end(pipeline, line)
    return np.array(seen)


def stock_spectrum(line, bands):
    """The levels of the last message of the element spectrum."""
    pipeline = Gst.parse_launch(f'{line} ! spectrum bands={bands} threshold=-120 ! fakesink')
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    while message := bus.timed_pop_filtered(
            Gst.CLOCK_TIME_NONE,
            Gst.MessageType.ELEMENT | Gst.MessageType.ERROR | Gst.MessageType.EOS):
        if message.type != Gst.MessageType.ELEMENT:
            break
        text = message.get_structure().to_string()
    end(pipeline, line)
    return [float(level) for level in re.search(r'magnitude=\(float\){ (.*?) }', text)[1].split(',')]


def analyser(path):
    figure, axes = panels(3, ['time domain: a square and a sine',
                              'frequency: sines of 0, −40 and −70 dB', 'every 1024 frames: a siren'])
    waves = ('oscillator type=square frequency=440 ! gain gain=0.5 ! mix. '
             'oscillator frequency=4400 ! gain gain=0.2 ! mix. ')
    samples = watch(waves + 'gain name=mix ! analyser name=a fft-size=256 length=4800',
                    'float-time-domain')[-1]
    axes[0].plot(milliseconds(samples), samples, BLUE, lw=1)
    axes[0].set_xlabel('ms', fontsize=8)

    sines = ('oscillator frequency=3010 ! mix. oscillator frequency=5017 ! gain gain=0.01 ! mix. '
             'oscillator frequency=9005 ! gain gain=0.0003162 ! mix. gain name=mix')
    stock = stock_spectrum(f'{sines} length={RATE}', 1025)
    axes[1].plot(np.arange(1025) / 2048 * RATE / 1000, stock, ORANGE, lw=0.8, label='spectrum')
    levels = watch(f'{sines} ! analyser name=a smoothing-time-constant=0 length={RATE}',
                   'float-frequency')[-1]
    axes[1].plot(np.arange(1024) / 2048 * RATE / 1000, np.maximum(levels, -120), BLUE, lw=0.8,
                 label='analyser')
    axes[1].set_xlim(0, 12)
    axes[1].set_ylim(-120, 0)
    axes[1].set_xlabel('kHz', fontsize=8)
    axes[1].set_ylabel('dB', fontsize=8)
    axes[1].legend(fontsize=7, loc='upper right')

    siren = ('oscillator frequency=1 ! gain gain=900 ! o.frequency_0 '
             'oscillator name=o type=sawtooth frequency=2500 ! '
             f'analyser name=a smoothing-time-constant=0.5 length={3 * RATE}')
    seen = watch(siren, 'byte-frequency')
    axes[2].imshow(seen.T[:512], origin='lower', aspect='auto', cmap='magma',
                   extent=[0, 3, 0, RATE / 4000])
    axes[2].grid(False)
    axes[2].set_xlabel('s', fontsize=8)
    axes[2].set_ylabel('kHz', fontsize=8)
    save(figure, path)


def oscillator(path):
    figure, axes = panels(3, ['type=…, frequency=440',
                              'sawtooth at 3520 Hz: spectrum',
                              'start=1010417 (48.5 frames)'])
    for number, name in enumerate(['sine', 'square', 'sawtooth', 'triangle']):
        samples = render(f'oscillator type={name} length=220')[:, 0]
        axes[0].plot(milliseconds(samples), samples - 2.6 * number, BLUE, lw=1)
        axes[0].text(-0.15, -2.6 * number, name, fontsize=8, ha='right', va='center')
    axes[0].set_yticks([])
    axes[0].set_xticks(range(5))
    axes[0].set_xlim(-1.6, None)
    axes[0].set_xlabel('ms', fontsize=8)

    for line, color, label in [
            ('audiotestsrc wave=saw freq=3520 samplesperbuffer=65536 num-buffers=1',
             ORANGE, 'audiotestsrc'),
            ('oscillator type=sawtooth frequency=3520 length=65536', BLUE, 'oscillator')]:
        frequency, level = spectrum(render(line)[:, 0])
        axes[1].plot(frequency / 1000, np.maximum(level, -140), color, lw=0.7, label=label)
    axes[1].set_xlabel('kHz', fontsize=8)
    axes[1].set_ylabel('dB', fontsize=8)
    axes[1].set_ylim(-140, 5)
    axes[1].legend(fontsize=7, loc='lower right')

    samples = render('oscillator frequency=1000 start=1010417 length=100')[:, 0]
    frames = np.arange(len(samples))
    exact = np.arange(48.5, 100, 0.1)
    axes[2].plot(exact, np.sin(2 * np.pi * 1000 * (exact - 48.5) / RATE), GREY, lw=1)
    axes[2].plot(frames, samples, 'o', color=BLUE, ms=3)
    axes[2].set_xlim(44, 76)
    axes[2].set_xlabel('frame', fontsize=8)
    save(figure, path)


def constantsource(path):
    figure, axes = panels(2, ['three of them, mixed: steps', 'an offset for a sine'])
    line = ('constantsource offset=1 start=1000000 stop=9000000 ! mix. '
            'constantsource offset=0.5 start=3000000 stop=7000000 ! mix. '
            'constantsource offset=-2 start=5000000 stop=6000000 ! mix. '
            'gain name=mix length=480')
    samples = render(line)[:, 0]
    axes[0].step(milliseconds(samples), samples, BLUE, where='post', lw=1.2)
    samples = render('oscillator frequency=440 ! gain gain=0.3 ! mix. '
                     'constantsource offset=0.5 start=4000000 ! mix. '
                     'gain name=mix length=480')[:, 0]
    axes[1].plot(milliseconds(samples), samples, BLUE, lw=1.2)
    for axis in axes:
        axis.set_xlabel('ms', fontsize=8)
    save(figure, path)


def gain(path):
    figure, axes = panels(2, ['two inputs, 440 Hz and 660 Hz', 'their sum, times 0.5'])
    for frequency, color in [(440, BLUE), (660, ORANGE)]:
        samples = render(f'oscillator frequency={frequency} length=480')[:, 0]
        axes[0].plot(milliseconds(samples), samples, color, lw=1.2)
    samples = render('oscillator frequency=440 ! mix. oscillator frequency=660 ! mix. '
                     'gain name=mix gain=0.5 length=480')[:, 0]
    axes[1].plot(milliseconds(samples), samples, BLUE, lw=1.2)
    for axis in axes:
        axis.set_xlabel('ms', fontsize=8)
        axis.set_ylim(-1.1, 1.1)
    save(figure, path)


def stereopanner(path):
    figure, axes = panels(3, ['one channel', 'two channels: what is heard of the left one',
                              'a tone from left to right'])
    sweep = ('stereopanner length=48128 pan::automation='
             '"setValueAtTime(-1, 0) linearRampToValueAtTime(1, 1)"')
    left = ('constantsource ! gain channel-count=2 channel-count-mode=explicit '
            'channel-interpretation=discrete ! ')
    pan = np.linspace(-1, 1, 48001)
    for axis, line in zip(axes, ['constantsource ! ', left]):
        samples = render(line + sweep)[:48001]
        for channel, color, label in [(0, BLUE, 'left'), (1, ORANGE, 'right')]:
            axis.plot(pan, samples[:, channel], color, lw=1.2, label=label)
        axis.set_xlabel('pan', fontsize=8)
        axis.set_ylabel('factor', fontsize=8)
        axis.legend(fontsize=7)
    samples = render('oscillator frequency=40 ! ' + sweep)
    for channel, color, offset in [(0, BLUE, 1.1), (1, ORANGE, -1.1)]:
        axes[2].plot(milliseconds(samples), samples[:, channel] + offset, color, lw=0.7)
    axes[2].set_yticks([1.1, -1.1], ['left', 'right'])
    axes[2].set_xlabel('ms', fontsize=8)
    save(figure, path)


def mediastreamdest(path):
    figure, axes = panels(2, ['the track, not enabled for a while',
                              'the start of an Opus recording, and what went in'])

    def switch(block, pipeline):
        if block in (8, 16):
            pipeline.get_by_name('dest').set_property('enabled', block == 16)

    samples = render('oscillator frequency=50 ! mediastreamdest name=dest length=32768',
                     switch)[:, 0]
    axes[0].plot(milliseconds(samples), samples, BLUE, lw=1)

    source = 'oscillator type=sawtooth frequency=440 ! mediastreamdest length=9600'
    pushed = render(source)[:480, 0]
    with tempfile.TemporaryDirectory() as folder:
        file = f'{folder}/sawtooth.ogg'
        run(f'{source} ! opusenc bitrate=96000 ! oggmux ! filesink location={file}')
        decoded = render(f'filesrc location={file} ! oggdemux ! opusdec ! audioconvert')[:480, 0]
    axes[1].plot(milliseconds(pushed), pushed, GREY, lw=1, label='pushed')
    axes[1].plot(milliseconds(decoded), decoded, BLUE, lw=1.2, label='decoded')
    axes[1].legend(fontsize=7, loc='lower right')
    for axis in axes:
        axis.set_xlabel('ms', fontsize=8)
    save(figure, path)


def channelsplitter(path):
    figure, axes = panels(2, ['one stereo stream', 'its channels, one inverted and swapped'])
    stereo = ('oscillator type=triangle frequency=220 ! stereo.sink_0 '
              'oscillator frequency=330 ! stereo.sink_1 '
              'channelmerger name=stereo number-of-inputs=2 ')
    samples = render(stereo + 'stereo. ! gain length=480')
    swapped = render(stereo + 'stereo. ! channelsplitter name=split number-of-outputs=2 '
                     'split.src_0 ! gain gain=-1 ! swapped.sink_1 split.src_1 ! swapped.sink_0 '
                     'channelmerger name=swapped number-of-inputs=2 ! gain length=480')
    for axis, channels in zip(axes, (samples, swapped)):
        for channel, name in enumerate(['left', 'right']):
            axis.plot(milliseconds(samples), channels[:, channel] - 2.4 * channel,
                      (BLUE, ORANGE)[channel], lw=1.2)
            axis.text(-0.2, -2.4 * channel, name, fontsize=8, ha='right', va='center')
        axis.set_yticks([])
        axis.set_xlim(-1.4, None)
        axis.set_xlabel('ms', fontsize=8)
    save(figure, path)


def channelmerger(path):
    figure, axes = panels(2, ['three inputs', 'the output: a channel each'])
    inputs = ['oscillator frequency=200', 'oscillator type=square frequency=300 ! gain gain=0.7',
              'oscillator type=sawtooth frequency=100']
    merged = render(' '.join(f'{line} ! merge.sink_{i}' for i, line in enumerate(inputs))
                    + ' channelmerger name=merge number-of-inputs=4 ! gain length=960')
    for number, line in enumerate(inputs):
        samples = render(line + ' ! gain length=960')[:, 0]
        axes[0].plot(milliseconds(samples), samples - 2.4 * number, ORANGE, lw=1.2)
    for channel in range(4):
        axes[1].plot(milliseconds(merged), merged[:, channel] - 2.4 * channel, BLUE, lw=1.2)
    for axis in axes:
        axis.set_yticks([-2.4 * i for i in range(4)], labels=range(4))
        axis.set_ylim(-8.6, 1.4)
        axis.set_xlabel('ms', fontsize=8)
    save(figure, path)


def impulse_response(node, length=65536):
    """What one frame of 1 becomes."""
    return render(f'constantsource stop=20833 ! {node} ! gain length={length}')[:, 0]


def magnitude(samples):
    """Levels in dB, absolute, and their frequencies in Hz."""
    level = 20 * np.log10(np.abs(np.fft.rfft(samples)) + 1e-12)
    return np.fft.rfftfreq(len(samples), 1 / RATE), level


def frequency_axis(axis):
    axis.set_xscale('log')
    axis.set_xlim(20, 24000)
    axis.set_xticks([100, 1000, 10000], ['100', '1k', '10k'])
    axis.set_xlabel('Hz', fontsize=8)


def biquadfilter(path):
    figure, axes = panels(3, ['frequency=1000, dB', 'lowpass: q=-6, 0, 6, 12, 18',
                              'a sawtooth, frequency and q move'])
    for number, (line, color) in enumerate([
            ('type=lowpass', BLUE), ('type=highpass', ORANGE), ('type=bandpass q=2', BLUE),
            ('type=notch q=2', ORANGE), ('type=lowshelf gain=12', BLUE),
            ('type=highshelf gain=12', ORANGE), ('type=peaking q=2 gain=12', GREY)]):
        frequency, level = magnitude(impulse_response(f'biquadfilter frequency=1000 {line}'))
        axes[0].plot(frequency, level - 45 * (number // 2), color, lw=1)
    for number, name in enumerate(['lowpass, highpass', 'bandpass, notch',
                                   'lowshelf, highshelf', 'peaking']):
        axes[0].text(22, -45 * number + 14, name, fontsize=6)
    axes[0].set_ylim(-150, 25)
    axes[0].set_yticks([])
    for q in (-6, 0, 6, 12, 18):
        frequency, level = magnitude(impulse_response(f'biquadfilter frequency=1000 q={q}'))
        axes[1].plot(frequency, level, BLUE, lw=1)
    axes[1].set_ylim(-40, 20)
    frequency_axis(axes[0])
    frequency_axis(axes[1])
    samples = render('oscillator type=sawtooth frequency=110 ! biquadfilter '
                     'frequency::automation="setValueAtTime(100, 0) '
                     'exponentialRampToValueAtTime(10000, 1)" '
                     'q::automation="linearRampToValueAtTime(25, 1)" length=48000')[:, 0]
    axes[2].specgram(samples, 1024, RATE, noverlap=768, cmap='Greys', vmin=-140, vmax=-20)
    axes[2].set_ylim(0, 12000)
    axes[2].set_yticks([0, 5000, 10000], ['0', '5k', '10k'])
    axes[2].set_xlabel('s', fontsize=8)
    axes[2].grid(False)
    save(figure, path)


PICTURES = (
    analyser,
    oscillator,
    constantsource,
    gain,
    biquadfilter,
    stereopanner,
    channelsplitter,
    channelmerger,
    mediastreamdest,
)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    Gst.init(None)
    for draw in PICTURES:
        draw(folder / f'{draw.__name__}.png')


if __name__ == '__main__':
    main()
