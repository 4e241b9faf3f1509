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


def buffersource(path):
    figure, axes = panels(3, ['playback-rate=…', 'loop-start=0.03 loop-end=0.04',
                              'playback-rate=0.3'])
    with tempfile.TemporaryDirectory() as folder:
        pluck, noise = f'{folder}/pluck.wav', f'{folder}/noise.wav'
        run('oscillator type=sawtooth frequency=100 ! gain length=2880 gain::automation="'
            'setValueAtTime(0, 0) linearRampToValueAtTime(1, 0.004) '
            f'exponentialRampToValueAtTime(0.01, 0.06)" ! wavenc ! filesink location={pluck}')
        run('audiotestsrc wave=white-noise samplesperbuffer=16 num-buffers=1 ! '
            f'audio/x-raw,rate={RATE} ! wavenc ! filesink location={noise}')
        for number, rate in enumerate([1, 2, 0.5, -1]):
            offset = 'offset=0.06' if rate < 0 else ''
            samples = render(f'buffersource location={pluck} playback-rate={rate} {offset}')[:, 0]
            axes[0].plot(milliseconds(samples), samples - 2.2 * number, BLUE, lw=1)
        axes[0].set_yticks([-2.2 * number for number in range(4)], [1, 2, 0.5, -1])
        samples = render(f'buffersource location={pluck} loop=true loop-start=0.03 '
                         'loop-end=0.04 length=4800')[:, 0]
        axes[1].plot(milliseconds(samples)[:1920], samples[:1920], BLUE, lw=1)
        axes[1].plot(milliseconds(samples)[1919:], samples[1919:], ORANGE, lw=1)
        exact = render(f'buffersource location={noise}')[:, 0]
        samples = render(f'buffersource location={noise} playback-rate=0.3')[:, 0]
        axes[2].plot(np.arange(len(exact)), exact, 'o-', color=GREY, ms=6, lw=0.8)
        axes[2].plot(np.arange(len(samples)) * 0.3, samples, 'o', color=BLUE, ms=3)
    for axis in axes[:2]:
        axis.set_xlabel('ms', fontsize=8)
    axes[2].set_xlabel('frame of the buffer', fontsize=8)
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


def automated(automation, settings='offset=0', seconds=1):
    """What a parameter is, in a constantsource."""
    return render(f'constantsource {settings} offset::automation="{automation}" '
                  f'length={round(seconds * RATE)}')[:, 0]


def curves(path, drawn):
    """A picture of several panels: for each its title, and automations by their labels."""
    figure, axes = panels(len(drawn), [title for title, _ in drawn])
    for axis, (_, lines) in zip(axes, drawn):
        for (label, automation), color in zip(lines.items(), (BLUE, ORANGE, GREY)):
            samples = automated(automation)
            axis.plot(np.arange(len(samples)) / RATE, samples, color, lw=1.2, label=label,
                      zorder=3 - len(axis.lines) / 10)
        if len(lines) > 1:
            axis.legend(fontsize=7)
        axis.set_xlabel('s', fontsize=8)
    save(figure, path)


def audioparam_set_value(path):
    figure, axes = panels(2, ['setValueAtTime (1, 0.2), (0.3, 0.5), (0.6, 0.7)',
                              'setValueAtTime (1, 0.00022): after 10.56 frames'])
    samples = automated('setValueAtTime(1, 0.2) setValueAtTime(0.3, 0.5) setValueAtTime(0.6, 0.7)')
    axes[0].plot(np.arange(len(samples)) / RATE, samples, BLUE, lw=1.2)
    axes[0].set_xlabel('s', fontsize=8)
    samples = automated('setValueAtTime(1, 0.00022)')[:20]
    axes[1].plot(samples, 'o', color=BLUE, ms=3)
    axes[1].axvline(10.56, color=GREY, lw=1)
    axes[1].set_xticks(range(0, 20, 2))
    axes[1].set_xlabel('frame', fontsize=8)
    save(figure, path)


def audioparam_linear_ramp(path):
    curves(path, [
        ('linearRampToValueAtTime (1, 0.6), (0.4, 0.8)', {
            '': 'setValueAtTime(0, 0.2) linearRampToValueAtTime(1, 0.6) '
                'linearRampToValueAtTime(0.4, 0.8)'}),
        ('linearRampToValueAtTime (1, 0.8): from the call on, or from an event', {
            'nothing before it': 'linearRampToValueAtTime(1, 0.8)',
            'after setValueAtTime (0.5, 0.3)':
                'setValueAtTime(0.5, 0.3) linearRampToValueAtTime(1, 0.8)'})])


def audioparam_exponential_ramp(path):
    ramp = 'setValueAtTime(0.05, 0.2) {}RampToValueAtTime(1, 0.8)'
    curves(path, [
        ('exponentialRampToValueAtTime (1, 0.8) from 0.05', {
            'exponential': ramp.format('exponential'), 'linear': ramp.format('linear')}),
        ('to 1 from 0 and from −0.5: it holds', {
            'from 0': 'setValueAtTime(0, 0.2) exponentialRampToValueAtTime(1, 0.8)',
            'from −0.5': 'setValueAtTime(-0.5, 0.2) exponentialRampToValueAtTime(1, 0.8)'})])


def audioparam_set_target(path):
    curves(path, [
        ('setTargetAtTime (1, 0.2, …)', {
            f'time constant {constant} s': f'setTargetAtTime(1, 0.2, {constant})'
            for constant in (0.05, 0.15, 0.4)}),
        ('attack, decay, release', {
            '': 'linearRampToValueAtTime(1, 0.1) setTargetAtTime(0.4, 0.1, 0.07) '
                'setTargetAtTime(0, 0.6, 0.08)'})])


def audioparam_value_curve(path):
    curve = 'setValueCurveAtTime([0, 1, 0.2, 0.6, 0.5], 0.2, 0.5)'
    curves(path, [
        ('setValueCurveAtTime ([0, 1, 0.2, 0.6, 0.5], 0.2, 0.5)', {'': curve}),
        ('… then linearRampToValueAtTime (0, 1)', {
            '': curve + ' linearRampToValueAtTime(0, 1)'})])


CANCELLED = {
    'a ramp': 'setValueAtTime(0.2, 0.1) linearRampToValueAtTime(1, 0.8)',
    'a target': 'setValueAtTime(0, 0.1) setTargetAtTime(1, 0.1, 0.3)',
    'a curve': 'setValueCurveAtTime([0, 1, 0.1, 0.7], 0.1, 0.7)',
}


def cancelled(path, method):
    curves(path, [
        (f'{method} (0.5): {what}', {'as it is': f'{automation} {method}(0.5)',
                                     'as it was': automation})
        for what, automation in CANCELLED.items()])


def audioparam_cancel(path):
    cancelled(path, 'cancelScheduledValues')


def audioparam_cancel_and_hold(path):
    cancelled(path, 'cancelAndHoldAtTime')


def audioparam(path):
    figure, axes = panels(3, ['a value and what is connected: the sum',
                              'the same ramp, a-rate and k-rate',
                              'vibrato: two seconds of its spectrum'])
    lfo = 'oscillator frequency=8 ! gain gain=0.2 ! c.offset_0 '
    ramp = 'setValueAtTime(0.3, 0.3) linearRampToValueAtTime(0.8, 0.7)'
    for line, color in [('', ORANGE), (lfo, BLUE)]:
        samples = render(f'{line} constantsource name=c offset=0.3 offset::automation="{ramp}" '
                         f'length={RATE}')[:, 0]
        axes[0].plot(np.arange(RATE) / RATE, samples, color, lw=1.2)
    axes[0].set_xlabel('s', fontsize=8)

    for rate, color in [('a-rate', ORANGE), ('k-rate', BLUE)]:
        samples = automated('linearRampToValueAtTime(1, 0.0125)',
                            f'offset=0 offset::automation-rate={rate}', 0.015)
        axes[1].plot(samples, color, lw=1.2, label=rate)
    axes[1].set_xticks(range(0, 720, 128))
    axes[1].set_xlabel('frame', fontsize=8)
    axes[1].legend(fontsize=7)

    samples = render('oscillator frequency=5 ! gain gain=30 ! osc.frequency_0 '
                     f'oscillator name=osc frequency=440 length={2 * RATE}')[:, 0]
    axes[2].specgram(samples, NFFT=4096, noverlap=3968, Fs=RATE, cmap='magma', vmin=-120)
    axes[2].set_ylim(300, 600)
    axes[2].grid(False)
    axes[2].set_ylabel('Hz', fontsize=8)
    axes[2].set_xlabel('s', fontsize=8)
def delay(path):
    figure, axes = panels(3, ['a click, and 3 ms later', 'a delay-time that falls: the pitch rises',
                              'with itself 1 ms later: a comb'])
    click = 'constantsource stop=1000000 ! '
    for line, color, label in [(click + 'gain length=288', GREY, 'in'),
                               (click + 'delay delay-time=0.003 length=288', BLUE, 'out')]:
        samples = render(line)[:, 0]
        axes[0].step(milliseconds(samples), samples, color, where='post', lw=1.2, label=label)
    axes[0].set_xlabel('ms', fontsize=8)
    axes[0].legend(fontsize=7)

    samples = render('oscillator frequency=200 ! delay delay-time::automation="'
                     'setValueAtTime(0.02, 0) setValueAtTime(0.02, 0.03) '
                     'linearRampToValueAtTime(0, 0.05)" length=3840')[:, 0]
    axes[1].plot(milliseconds(samples), samples, BLUE, lw=1)
    axes[1].axvspan(30, 50, color=ORANGE, alpha=0.15)
    axes[1].set_xlabel('ms', fontsize=8)

    response = np.abs(np.fft.rfft(render(
        'constantsource stop=10000 ! gain name=in ! mix.  in. ! delay delay-time=0.001 ! mix.  '
        'gain name=mix length=4800')[:, 0]))
    axes[2].plot(np.arange(len(response)) * 10 / 1000, response, BLUE, lw=1)
    axes[2].set_xlim(0, 5)
    axes[2].set_xlabel('kHz', fontsize=8)
    axes[2].set_ylabel('factor', fontsize=8)
    save(figure, path)


def delaywriter(path):
    figure, axes = panels(2, ['an echo: 0.1 s, a factor of 0.6',
                              'from side to side between two lines'])
    beep = 'oscillator frequency=700 stop=20000000 ! '
    samples = render(beep + 'echo.  gain name=echo  echo. ! delaywriter  '
                     'delayreader delay-time=0.1 ! gain gain=0.6 ! echo.  echo. ! '
                     'gain length=38400')[:, 0]
    axes[0].plot(milliseconds(samples), samples, BLUE, lw=0.7)
    samples = render(beep + 'left.  gain name=left  gain name=right  '
                     'left. ! delaywriter line=a  right. ! delaywriter line=b  '
                     'delayreader line=a delay-time=0.1 ! gain gain=0.7 ! right.  '
                     'delayreader line=b delay-time=0.1 ! gain gain=0.7 ! left.  '
                     'left. ! both.sink_0  right. ! both.sink_1  '
                     'channelmerger name=both number-of-inputs=2 ! gain length=38400')
    for channel, color, offset in [(0, BLUE, 1.1), (1, ORANGE, -1.1)]:
        axes[1].plot(milliseconds(samples), samples[:, channel] + offset, color, lw=0.7)
    axes[1].set_yticks([1.1, -1.1], ['left', 'right'])
    for axis in axes:
        axis.set_xlabel('ms', fontsize=8)
    save(figure, path)


def delayreader(path):
    figure, axes = panels(2, ['four taps of one line', 'a string: a loop of 5 ms with a low-pass'])
    taps = ''.join(f'delayreader delay-time={time} ! gain gain={level} ! mix.  '
                   for time, level in [(0.011, 0.8), (0.018, -0.6), (0.029, 0.5), (0.047, 0.35)])
    samples = render('oscillator type=triangle frequency=900 stop=3000000 ! gain name=in ! mix.  '
                     f'in. ! delaywriter  {taps} gain name=mix length=3072')[:, 0]
    axes[0].plot(milliseconds(samples), samples, BLUE, lw=0.8)
    axes[0].set_xlabel('ms', fontsize=8)

    samples = render('oscillator type=sawtooth frequency=1571 stop=5000000 ! string.  '
                     'gain name=string  string. ! delaywriter  delayreader delay-time=0.005 ! '
                     'biquadfilter frequency=4000 q=-3 ! gain gain=0.98 ! string.  '
                     'string. ! gain length=24000')[:, 0]
    axes[1].specgram(samples, 1024, RATE, noverlap=896, cmap='Greys', vmin=-140, vmax=-20)
    axes[1].set_ylim(0, 6000)
    axes[1].set_yticks([0, 2000, 4000, 6000], ['0', '2k', '4k', '6k'])
    axes[1].set_xlabel('s', fontsize=8)
    axes[1].grid(False)
    save(figure, path)


def panner(path):
    figure, axes = panels(3, ['distance-model; rolloff-factor=2',
                              'a cone of 60° and 180°',
                              'panning-model=hrtf, from the right'])
    distance = np.linspace(0, 10, 48001)
    for model, color in [('linear', GREY), ('inverse', BLUE), ('exponential', ORANGE)]:
        samples = render(f'constantsource ! panner distance-model={model} max-distance=8 '
                         'rolloff-factor=2 length=48128 position-z::automation='
                         '"setValueAtTime(0, 0) linearRampToValueAtTime(-10, 1)"')[:48001]
        axes[0].plot(distance, np.hypot(*samples.T), color, lw=1.2, label=model)
    axes[0].set_xlabel('distance', fontsize=8)
    axes[0].set_ylabel('factor', fontsize=8)
    axes[0].legend(fontsize=7)

    samples = render('oscillator frequency=0.5 ! p.orientation-x_0 '
                     'oscillator frequency=0.5 real="<0,-1>" imag="<0,0>" ! p.orientation-z_0 '
                     'constantsource ! panner name=p orientation-x=0 rolloff-factor=0 '
                     'position-z=1 cone-inner-angle=60 cone-outer-angle=180 '
                     'cone-outer-gain=0.1 length=48128')[:48001]
    axes[1].plot(np.linspace(0, 180, 48001), np.hypot(*samples.T), BLUE, lw=1.2)
    axes[1].set_xlabel('angle to the listener in °', fontsize=8)

    samples = render('constantsource stop=20833 ! panner panning-model=hrtf position-x=1')
    for channel, color, label in [(1, ORANGE, 'right'), (0, BLUE, 'left')]:
        axes[2].plot(milliseconds(samples), samples[:, channel], color, lw=1, label=label)
    axes[2].set_xlim(5, 9)
    axes[2].set_xlabel('ms', fontsize=8)
    axes[2].legend(fontsize=7)
    save(figure, path)


def audiolistener(path):
    figure, axes = panels(2, ['past a source, which is 1 to the right',
                              'a source in front; the listener turns once'])
    walk = ('audiolistener position-z::automation='
            '"setValueAtTime(5, 0) linearRampToValueAtTime(-5, 1)" '
            'constantsource ! panner position-x=1 length=48128')
    turn = ('audiolistener name=l forward-z=0 oscillator frequency=1 ! l.forward-x_0 '
            'oscillator frequency=1 real="<0,-1>" imag="<0,0>" ! l.forward-z_0 '
            'constantsource ! panner position-z=-1 length=48128')
    for axis, line, first, last in [(axes[0], walk, -5, 5), (axes[1], turn, 0, 360)]:
        samples = render(line)[:48000]
        for channel, color, label in [(0, BLUE, 'left'), (1, ORANGE, 'right')]:
            axis.plot(np.linspace(first, last, 48000), samples[:, channel], color, lw=1.2,
                      label=label)
        axis.set_ylabel('factor', fontsize=8)
        axis.legend(fontsize=7)
    axes[0].set_xlabel('way', fontsize=8)
    axes[1].set_xlabel('° to the right', fontsize=8)
    axes[1].set_xticks(range(0, 361, 90))
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


def scripted(line, process):
    """The samples of a launch line whose scriptprocessor named s has that handler."""
    pipeline = Gst.parse_launch(line + ' ! fakesink name=out')
    blocks = []

    def on_block(pad, info):
        buffer = info.get_buffer()
        blocks.append(np.frombuffer(buffer.extract_dup(0, buffer.get_size()), '<f4'))
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name('s').connect('process', process)
    pipeline.get_by_name('out').get_static_pad('sink').add_probe(Gst.PadProbeType.BUFFER, on_block)
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_bus().poll(Gst.MessageType.ERROR | Gst.MessageType.EOS, Gst.CLOCK_TIME_NONE)
    end(pipeline, line)
    return np.concatenate(blocks)


def scriptprocessor(path):
    figure, axes = panels(3, ['crushed: steps of the parameter bits', 'bits, as the handler gets it',
                              'late by buffer-size'])
    seen = []

    def floats(buffer):
        return np.frombuffer(buffer.extract_dup(0, buffer.get_size()), '<f4')

    def crush(element, source, result, parameters):
        bits = floats(parameters.get_value('bits'))
        seen.extend(bits)
        steps = np.exp2(bits)
        result.fill(0, (np.round(floats(source) * steps) / steps).astype('<f4').tobytes())
        return False

    def copy(element, source, result, parameters):
        result.fill(0, source.extract_dup(0, source.get_size()))
        return False

    source = 'oscillator frequency=200 ! '
    declared = 'scriptprocessor name=s parameters=bits:3:0:16 bits::automation="' \
               'setValueAtTime(3,0) linearRampToValueAtTime(0,0.02)" length=960'
    samples = render(source + 'gain length=960')[:, 0]
    axes[0].plot(milliseconds(samples), samples, GREY, lw=0.8)
    samples = scripted(source + declared, crush)
    axes[0].plot(milliseconds(samples), samples, BLUE, lw=1.1)
    axes[1].plot(milliseconds(seen), seen, BLUE, lw=1.1)
    for size, color in ((128, BLUE), (256, ORANGE), (512, GREY)):
        samples = scripted('oscillator frequency=1000 start=2000000 stop=5000000 ! '
                           f'scriptprocessor name=s buffer-size={size} ! gain length=960', copy)
        axes[2].plot(milliseconds(samples), samples - 2.2 * np.log2(size / 128), color, lw=1)
        axes[2].text(-0.5, -2.2 * np.log2(size / 128), str(size), fontsize=8, ha='right', va='center')
    axes[2].set_yticks([])
    axes[2].set_xlim(-3, None)
    for axis in axes:
        axis.set_xlabel('ms', fontsize=8)
def iirfilter(path):
    figure, axes = panels(2, ['a comb and a Chebyshev lowpass of order 5, dB',
                              'a ringing resonator: what 1 frame becomes'])
    comb = 'feedback="<1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,-0.9>" feedforward="<0.1>"'
    lowpass = ('feedforward="<0.00003031221739,0.000151561087,0.0003031221739,'
               '0.0003031221739,0.000151561087,0.00003031221739>" '
               'feedback="<1,-4.450272995,8.104350124,-7.537317667,3.576626126,-0.6924155969>"')
    for line, color in [(comb, ORANGE), (lowpass, BLUE)]:
        frequency, level = magnitude(impulse_response(f'iirfilter {line}'))
        axes[0].plot(frequency, level, color, lw=1)
    axes[0].set_ylim(-80, 5)
    frequency_axis(axes[0])
    samples = impulse_response('iirfilter feedback="<1, -1.98, 0.9901>"', 720)
    axes[1].plot(milliseconds(samples), samples, BLUE, lw=1.2)
    axes[1].set_xlabel('ms', fontsize=8)
    save(figure, path)


def waveshaper(path):
    figure, axes = panels(3, ['a curve of 5 values', 'a sine through it, oversample=4x',
                              'a clipped 5.1 kHz: spectrum'])
    clip = 'curve="<-0.5,-0.5,0,0.5,0.5>"'
    samples = render('oscillator frequency=100 length=480')[:, 0]
    shaped = render(f'oscillator frequency=100 ! waveshaper {clip} length=480')[:, 0]
    axes[0].plot(samples, shaped, BLUE, lw=1.2)
    axes[0].plot(np.linspace(-1, 1, 5), [-0.5, -0.5, 0, 0.5, 0.5], 'o', color=ORANGE, ms=4)
    axes[0].set_xlabel('input', fontsize=8)
    delayed = render(f'oscillator frequency=440 ! waveshaper {clip} oversample=4x length=720')
    samples = render('oscillator frequency=440 length=720')[:, 0]
    axes[1].plot(milliseconds(samples), samples, GREY, lw=1, label='input')
    axes[1].plot(milliseconds(samples), delayed[:, 0], BLUE, lw=1.2, label='output')
    axes[1].set_xlabel('ms', fontsize=8)
    axes[1].legend(fontsize=7, loc='lower right')
    for oversample, color in [('none', ORANGE), ('4x', BLUE)]:
        frequency, level = spectrum(render(
            f'oscillator frequency=5100 ! waveshaper {clip} oversample={oversample} '
            'length=49152')[16384:, 0])
        axes[2].plot(frequency / 1000, np.maximum(level, -120), color, lw=0.8, label=oversample)
    axes[2].set_xlabel('kHz', fontsize=8)
    axes[2].set_ylabel('dB', fontsize=8)
    axes[2].legend(fontsize=7, loc='upper right')
def dynamicscompressor(path):
    figure, axes = panels(3, ['dB out of dB in: ratio=1, 2, 4, 20', 'attack=0.02, in and out',
                              'reduction, dB: attack=0.003 and 0.3'])
    levels = np.arange(-60, 7, 3)
    for ratio, color in ((1, GREY), (2, BLUE), (4, BLUE), (20, ORANGE)):
        out = [render(f'constantsource offset={10 ** (level / 20)} ! dynamicscompressor '
                      f'threshold=-36 knee=12 ratio={ratio} ! gain length=24000')[-1, 0]
               for level in levels]
        axes[0].plot(levels, 20 * np.log10(out), color, lw=1)
    axes[0].set_xlabel('dB', fontsize=8)
    tone = ('oscillator frequency=200 ! gain gain::automation="setValueAtTime(0.05, 0) '
            'setValueAtTime(1, 0.1) setValueAtTime(0.05, 0.3)"')
    for line, color in (('gain', GREY), ('dynamicscompressor attack=0.02', BLUE)):
        samples = render(f'{tone} ! {line} ! gain length=24000')[:, 0]
        axes[1].plot(np.arange(len(samples)) / RATE, samples, color, lw=0.5)
    for attack, color in ((0.003, BLUE), (0.3, ORANGE)):
        reduction = []
        render('oscillator frequency=200 start=2100000000 stop=2400000000 ! dynamicscompressor '
               f'name=c attack={attack} ! gain length=144000 block-size=128',
               lambda number, pipeline:
               reduction.append(pipeline.get_by_name('c').props.reduction))
        axes[2].plot(np.arange(len(reduction)) * 128 / RATE - 2, reduction, color, lw=1)
    axes[2].set_xlim(0, 1)
    for axis in axes[1:]:
        axis.set_xlabel('s', fontsize=8)
    save(figure, path)


def convolver(path):
    def seconds_of(samples):
        return np.arange(len(samples)) / RATE

    figure, axes = panels(3, ['a response of 1 s, left and right', 'ticks without and with it',
                              'the same, as a spectrogram'])
    with tempfile.TemporaryDirectory() as folder:
        hall = f'{folder}/hall.wav'
        run('audiotestsrc wave=white-noise num-buffers=47 ! audio/x-raw,channels=2,rate=48000 ! '
            'gain gain::automation="exponentialRampToValueAtTime(0.001, 1)" ! '
            f'wavenc ! filesink location={hall}')
        ticks = 'audiotestsrc wave=ticks tick-interval=500000000 num-buffers=60'
        dry = render(f'{ticks} ! gain')[:, 0]
        wet = render(f'{ticks} ! convolver location={hall}')
        response = render(f'filesrc location={hall} ! wavparse ! gain')
        for channel, color in ((0, BLUE), (1, ORANGE)):
            axes[0].plot(seconds_of(response), response[:, channel] - 1.5 * channel, color, lw=0.3)
        axes[1].plot(seconds_of(dry), dry, GREY, lw=0.6)
        axes[1].plot(seconds_of(wet), wet[:, 0] / np.abs(wet).max() - 1.5, BLUE, lw=0.3)
        axes[2].specgram(wet[30000:, 0], 512, RATE, noverlap=384, cmap='Greys', vmin=-160)
        axes[2].grid(False)
    for axis in axes:
        axis.set_yticks([])
        axis.set_xlabel('s', fontsize=8)
    save(figure, path)


PICTURES = (
    analyser,
    oscillator,
    constantsource,
    buffersource,
    gain,
    biquadfilter,
    convolver,
    dynamicscompressor,
    scriptprocessor,
    iirfilter,
    waveshaper,
    stereopanner,
    panner,
    audiolistener,
    delay,
    delaywriter,
    delayreader,
    channelsplitter,
    channelmerger,
    mediastreamdest,
    audioparam,
    audioparam_set_value,
    audioparam_linear_ramp,
    audioparam_exponential_ramp,
    audioparam_set_target,
    audioparam_value_curve,
    audioparam_cancel,
    audioparam_cancel_and_hold,
)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    Gst.init(None)
    for draw in PICTURES:
        draw(folder / f'{draw.__name__.replace("_", "-")}.png')


if __name__ == '__main__':
    main()
