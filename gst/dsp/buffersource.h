/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays the samples of a buffer: the kernel of the Web Audio API's
 * AudioBufferSourceNode, after the spec's algorithm.
 * https://webaudio.github.io/web-audio-api/#playback-AudioBufferSourceNode
 *
 * The playhead is a number of frames of the buffer, with a fraction of 64 bits,
 * to which the speed is added for each frame. So it does not drift, and a frame
 * is the same to the bit however frames are cut into calls.
 *
 * Between two frames lies the straight line through them. After the last one
 * that goes on to where a loop begins, or else as it went before.
 *
 * Nothing here allocates or locks. All functions may run in any thread, on
 * structs that no other thread uses. */

#ifndef WEBAUDIO_BUFFERSOURCE_H
#define WEBAUDIO_BUFFERSOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * WebAudioPlayhead:
 * @whole: frames, rounded down
 * @part: the rest, 2^64 being one frame
 *
 * A position in a buffer, or a distance.
 */
typedef struct
{
  int64_t whole;
  uint64_t part;
} WebAudioPlayhead;

/**
 * WebAudioBuffer:
 * @planes: (array length=channels): @length samples of each channel
 * @channels: number of channels
 * @length: number of frames, up to 2^40; 0 is over before it starts
 *
 * What is played. It may have been replaced by another one between two calls.
 */
typedef struct
{
  const float *const *planes;
  unsigned channels;
  size_t length;
} WebAudioBuffer;

/**
 * WebAudioPlayback:
 * @speed: frames of the buffer for each frame that is rendered: the spec's
 *     computedPlaybackRate times the buffer's rate over the context's. Any
 *     value; NaN is 0, what is below ±2^-32 is too, and ±2^30 is the most.
 * @loop: whether to loop
 * @loop_start: in frames of the buffer, any value
 * @loop_end: in frames of the buffer, any value. The whole buffer is the loop
 *     unless 0 <= @loop_start < @loop_end and the loop begins within it.
 *
 * How it is played, for all frames of a call.
 */
typedef struct
{
  double speed;
  bool loop;
  double loop_start;
  double loop_end;
} WebAudioPlayback;

/**
 * WebAudioBufferSource:
 *
 * The state of one source that plays. Made by webaudio_buffer_source_start();
 * a copy is a source that has played as far.
 */
typedef struct
{
  /*< private > */
  WebAudioPlayhead position;    /* of the next frame */
  WebAudioPlayhead elapsed;     /* what has been played of the buffer */
  WebAudioPlayhead offset;      /* where it began */
  WebAudioPlayhead duration;
  bool limited;                 /* whether the duration counts */
  bool entered_loop;
} WebAudioBufferSource;

/**
 * webaudio_buffer_source_frames:
 * @seconds: a time, any value
 * @rate: the buffer's rate in Hz, above 0
 *
 * Returns: the time in frames, not rounded unless it is within 10^-6 of a whole
 *     number: a time that was meant to be a frame's is one
 */
double webaudio_buffer_source_frames (double seconds, double rate);

/**
 * webaudio_buffer_source_start:
 * @source: (out): the source
 * @buffer: what it will play
 * @playback: how, in the first frame
 * @offset: where the playhead begins, in frames of the buffer; clamped to it
 * @duration: how much of the buffer is played, loops included, in its frames;
 *     0 or more, and infinity for all of it
 * @late: how long after the start the first frame is, in frames that are
 *     rendered; 0 up to 1
 *
 * Makes a source that has not played anything yet.
 */
void webaudio_buffer_source_start (WebAudioBufferSource *source,
    const WebAudioBuffer *buffer, const WebAudioPlayback *playback,
    double offset, double duration, double late);

/**
 * webaudio_buffer_source_render:
 * @source: the source
 * @buffer: what it plays
 * @playback: how
 * @out: (out) (nullable) (array): for each channel of @buffer room for @n
 *     samples; %NULL to let the time pass only, which takes no longer for more
 *     frames unless they are in other rounds of a loop
 * @n: number of frames
 *
 * Plays on. A source that does not loop is over when the playhead has left the
 * buffer in the direction in which it moves, any source when it has played its
 * duration. One that stands still is not.
 *
 * Returns: how many frames were rendered before it was over; @n if it goes on.
 *     What @out has beyond them is left as it was.
 */
size_t webaudio_buffer_source_render (WebAudioBufferSource *source,
    const WebAudioBuffer *buffer, const WebAudioPlayback *playback,
    float *const *out, size_t n);

/**
 * webaudio_buffer_source_left:
 * @source: the source
 * @buffer: what it plays
 * @playback: how, from now on
 *
 * Returns: how many frames webaudio_buffer_source_render() would render until
 *     the source is over; UINT64_MAX if it will not be
 */
uint64_t webaudio_buffer_source_left (const WebAudioBufferSource *source,
    const WebAudioBuffer *buffer, const WebAudioPlayback *playback);

#endif /* WEBAUDIO_BUFFERSOURCE_H */
