/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Renders a described scene (the format of tests/conformance, less `changes`
 * and `queries`, which no benchmark has) in an OfflineAudioContext. It runs in
 * a browser, where `api` is globalThis, and under node-web-audio-api, where it
 * is the imported module. */

const generators = {
  silence: () => () => 0,
  constant: ({ value }) => () => value,
  impulse: ({ at = 0, amp = 1 }) => n => (n === at ? amp : 0),
  ramp: ({ from, to }, length) => n =>
    length === 1 ? from : from + (to - from) * (n / (length - 1)),
  'lcg-noise': ({ seed, amp = 1 }) => {
    const next = lcg(seed);
    return () => next() * amp;
  },
  'exp-decay-lcg-noise': ({ seed, decay, amp = 1 }) => {
    const next = lcg(seed);
    let env = 1;
    return () => {
      const value = next() * amp * env;
      env *= decay;
      return value;
    };
  },
  saw: ({ period, amp = 1 }) => n => (2 * ((n % period) / period) - 1) * amp,
  parabola: ({ period, amp = 1 }) => n => {
    const u = 2 * ((n % period) / period);
    return u < 1 ? 4 * (u * (1 - u)) * amp : -(4 * ((u - 1) * (2 - u))) * amp;
  },
  softclip: ({ drive, amp = 1 }, length) => n => {
    const x = length === 1 ? 0 : drive * (2 * (n / (length - 1)) - 1);
    return (x / (1 + Math.abs(x))) * amp;
  },
};

function lcg(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  };
}

/** The numbers of a DATA as a Float32Array of `length` (default: its own). */
function numbers(data, length) {
  if (Array.isArray(data))
    return length ? Float32Array.from({ length }, (_, n) => data[n] ?? 0) : Float32Array.from(data);
  if (data.base64) {
    const bytes = Uint8Array.from(atob(data.base64), c => c.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  }
  const count = length ?? data.length;
  const value = generators[data.gen](data, count);
  return Float32Array.from({ length: count }, (_, n) => value(n));
}

function makeBuffer(context, { sampleRate, length, channels }) {
  const buffer = context.createBuffer(channels.length, length, sampleRate ?? context.sampleRate);
  channels.forEach((data, channel) => buffer.copyToChannel(numbers(data, length), channel));
  return buffer;
}

function makeWave(api, context, { real, imag, disableNormalization = false }) {
  const options = { disableNormalization };
  if (real) options.real = Float32Array.from(real);
  if (imag) options.imag = Float32Array.from(imag);
  return new api.PeriodicWave(context, options);
}

function setParam(param, { value, automationRate, events = [] }) {
  if (automationRate) param.automationRate = automationRate;
  if (value !== undefined) param.value = value;
  for (const [method, first, ...rest] of events) {
    if (method === 'setValue') param.value = first;
    else param[method](method === 'setValueCurveAtTime' ? numbers(first) : first, ...rest);
  }
}

function makeNode(api, context, scene, { type, options = {}, params = {} }) {
  const given = { ...options };
  if (given.buffer) given.buffer = makeBuffer(context, scene.buffers[given.buffer]);
  if (given.periodicWave) given.periodicWave = makeWave(api, context, scene.waves[given.periodicWave]);
  if (given.curve) given.curve = numbers(given.curve);
  const node = new api[`${type}Node`](context, given);
  for (const [name, param] of Object.entries(params)) setParam(node[name], param);
  return node;
}

/** Builds the graph of `scene` and returns its context, ready to render. */
export function build(api, scene) {
  const context = new api.OfflineAudioContext(scene.channels, scene.length, scene.sampleRate);
  const nodes = { destination: context.destination, listener: context.listener };
  Object.assign(context.destination, scene.destination);
  for (const [name, param] of Object.entries(scene.listener ?? {})) setParam(context.listener[name], param);
  for (const node of scene.nodes) nodes[node.id] = makeNode(api, context, scene, node);
  for (const { from, output, to, input, param } of scene.connections)
    nodes[from].connect(param ? nodes[to][param] : nodes[to], output, ...(param ? [] : [input]));
  for (const { id, start, stop } of scene.nodes) {
    if (start) nodes[id].start(...start);
    if (stop !== undefined) nodes[id].stop(stop);
  }
  return context;
}

/** The RMS of all channels together: shows that engines rendered the same. */
function rms(buffer) {
  let sum = 0;
  for (let channel = 0; channel < buffer.numberOfChannels; channel++)
    for (const sample of buffer.getChannelData(channel)) sum += sample * sample;
  return Math.sqrt(sum / (buffer.length * buffer.numberOfChannels));
}

/** Renders a second of `scene` to warm up, then all of it under the clock.
 * `cpu` reads the CPU seconds of the process so far, where there is a way. */
export async function measure(api, scene, cpu = () => NaN) {
  const warmUp = { ...scene, length: Math.min(scene.length, scene.sampleRate) };
  await build(api, warmUp).startRendering();
  const context = build(api, scene);
  const cpuBefore = cpu();
  const before = performance.now();
  const buffer = await context.startRendering();
  const wall = (performance.now() - before) / 1000;
  const used = cpu() - cpuBefore;
  return { frames: buffer.length, wall, cpu: used, rms: rms(buffer) };
}

/** The samples of a mono `scene`, for the comparison of oscillators. */
export async function samples(api, scene) {
  return (await build(api, scene).startRendering()).getChannelData(0);
}
