/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Up-mixing and down-mixing of channels by the specification's tables. */

#include "channelmix.h"
#include "vector.h"

#include <string.h>

#define MAX_SPEAKERS 6
#define SQRT_HALF 0.70710678118654752440f

/* gain[o][i] is what input channel i gives to output channel o. */
typedef struct
{
  unsigned in_channels, out_channels;
  float gain[MAX_SPEAKERS][MAX_SPEAKERS];
} SpeakerMatrix;

/* Stereo to quad and stereo to 5.1 are missing because their tables say the
 * same as a discrete up-mix. */
static const SpeakerMatrix speaker_matrices[] = {
  {1, 2, {{1}, {1}}},
  {1, 4, {{1}, {1}}},
  {1, 6, {{0}, {0}, {1}}},
  {4, 6, {{1}, {0, 1}, {0}, {0}, {0, 0, 1}, {0, 0, 0, 1}}},

  {2, 1, {{0.5f, 0.5f}}},
  {4, 1, {{0.25f, 0.25f, 0.25f, 0.25f}}},
  {6, 1, {{SQRT_HALF, SQRT_HALF, 1, 0, 0.5f, 0.5f}}},
  {4, 2, {{0.5f, 0, 0.5f}, {0, 0.5f, 0, 0.5f}}},
  {6, 2, {{1, 0, SQRT_HALF, 0, SQRT_HALF},
          {0, 1, SQRT_HALF, 0, 0, SQRT_HALF}}},
  {6, 4, {{1, 0, SQRT_HALF}, {0, 1, SQRT_HALF},
          {0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 1}}}
};

static const SpeakerMatrix *
find_speaker_matrix (unsigned in_channels, unsigned out_channels)
{
  size_t i;

  for (i = 0; i < sizeof speaker_matrices / sizeof speaker_matrices[0]; i++) {
    if (speaker_matrices[i].in_channels == in_channels &&
        speaker_matrices[i].out_channels == out_channels)
      return &speaker_matrices[i];
  }
  return NULL;
}

static void
mix_plane (float *out, const float *in, float gain, bool accumulate, size_t n)
{
  if (accumulate && gain == 1)
    webaudio_vector_add (out, out, in, n);
  else if (accumulate)
    webaudio_vector_add_scaled (out, in, gain, n);
  else if (gain != 1)
    webaudio_vector_scale (out, in, gain, n);
  else if (out != in)
    memcpy (out, in, n * sizeof (float));
}

static void
mix_speakers (float *const *out, const float *const *in,
    const SpeakerMatrix * matrix, bool accumulate, size_t n)
{
  unsigned o, i;

  for (o = 0; o < matrix->out_channels; o++) {
    bool filled = accumulate;

    for (i = 0; i < matrix->in_channels; i++) {
      if (matrix->gain[o][i] != 0) {
        mix_plane (out[o], in[i], matrix->gain[o][i], filled, n);
        filled = true;
      }
    }
    if (!filled)
      webaudio_vector_fill (out[o], 0, n);
  }
}

static void
mix_discrete (float *const *out, unsigned out_channels,
    const float *const *in, unsigned in_channels, bool accumulate, size_t n)
{
  unsigned o;

  for (o = 0; o < out_channels; o++) {
    if (o < in_channels)
      mix_plane (out[o], in[o], 1, accumulate, n);
    else if (!accumulate)
      webaudio_vector_fill (out[o], 0, n);
  }
}

void
webaudio_channel_mix (float *const *out, unsigned out_channels,
    const float *const *in, unsigned in_channels,
    WebAudioInterpretation interpretation, bool accumulate, size_t n)
{
  const SpeakerMatrix *matrix = NULL;

  if (interpretation == WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS)
    matrix = find_speaker_matrix (in_channels, out_channels);

  if (matrix)
    mix_speakers (out, in, matrix, accumulate, n);
  else
    mix_discrete (out, out_channels, in, in_channels, accumulate, n);
}

unsigned
webaudio_computed_channels (WebAudioChannelCountMode mode,
    unsigned channel_count, unsigned largest_input_channels)
{
  unsigned channels = largest_input_channels > 0 ? largest_input_channels : 1;

  if (mode == WEBAUDIO_CHANNEL_COUNT_MODE_EXPLICIT ||
      (mode == WEBAUDIO_CHANNEL_COUNT_MODE_CLAMPED_MAX &&
          channels > channel_count))
    return channel_count;
  return channels;
}

void
webaudio_channel_origins (int *origins, unsigned to, unsigned from,
    WebAudioInterpretation interpretation)
{
  float in[WEBAUDIO_MAX_CHANNELS], out[WEBAUDIO_MAX_CHANNELS];
  const float *ins[WEBAUDIO_MAX_CHANNELS];
  float *outs[WEBAUDIO_MAX_CHANNELS];
  unsigned c;

  for (c = 0; c < WEBAUDIO_MAX_CHANNELS; c++) {
    in[c] = (float) (c + 1);
    ins[c] = in + c;
    outs[c] = out + c;
  }
  webaudio_channel_mix (outs, to, ins, from, interpretation, false, 1);
  for (c = 0; c < to; c++)
    origins[c] = (int) out[c] - 1;
}
