/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Renders with node-web-audio-api.
 *
 *   node node-render.mjs FOLDER measure SCENE.json   prints what it took as JSON
 *   node node-render.mjs FOLDER samples TONES.json   writes the raw float32 of a
 *                                                    list of scenes to stdout
 * FOLDER is where the package was installed. */

import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { measure, samples } from './scene.mjs';

const [folder, command, file] = process.argv.slice(2);
const api = createRequire(join(resolve(folder), 'package.json'))('node-web-audio-api');
const input = JSON.parse(readFileSync(file, 'utf8'));

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function writeAll(bytes) {
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done);
}

if (command === 'measure') {
  console.log(JSON.stringify(await measure(api, input, cpuSeconds)));
} else {
  for (const scene of input) {
    const data = await samples(api, scene);
    writeAll(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}
process.exit(0);
