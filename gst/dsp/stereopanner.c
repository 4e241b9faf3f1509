/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Equal-power panning, four frames at a time by the vector extension of gcc and
 * clang. A single frame is computed as one of four, so that its place does not
 * matter. */

#include <string.h>

#include "stereopanner.h"
#include "vector.h"

#define N_LANES 4

typedef float Lanes __attribute__((vector_size (N_LANES * sizeof (float))));
typedef int Mask __attribute__((vector_size (N_LANES * sizeof (int))));
typedef double WideLanes
    __attribute__((vector_size (N_LANES * sizeof (double))));

/* WebAudioPanFactors of each frame */
typedef struct
{
  Lanes left, right, gain;
  Mask leftwards;
} LaneFactors;

static inline Lanes
splat (float value)
{
  return (Lanes) {
  value, value, value, value};
}

static inline Lanes
choose (Mask mask, Lanes yes, Lanes no)
{
  return (Lanes) (((Mask) yes & mask) | ((Mask) no & ~mask));
}

/* A whole vector, or what is left of the array and zeros. */
static inline Lanes
load (const float *from, size_t n)
{
  Lanes lanes = splat (0);

  if (n >= N_LANES)
    memcpy (&lanes, from, sizeof lanes);
  else
    memcpy (&lanes, from, n * sizeof (float));
  return lanes;
}

static inline Lanes
load_doubles (const double *from, size_t n)
{
  WideLanes lanes = { 0, 0, 0, 0 };

  if (n >= N_LANES)
    memcpy (&lanes, from, sizeof lanes);
  else
    memcpy (&lanes, from, n * sizeof (double));
  return __builtin_convertvector (lanes, Lanes);
}

static inline void
store (float *to, Lanes lanes, size_t n)
{
  if (n >= N_LANES)
    memcpy (to, &lanes, sizeof lanes);
  else
    memcpy (to, &lanes, n * sizeof (float));
}

/* cos (x * pi / 2) and sin (x * pi / 2) for x from 0 to 1, each by the series of
 * the smaller angle, so that 0, 1 and the middle are exact. */
static inline void
equal_power (Lanes x, Lanes * cosine, Lanes * sine)
{
  const Lanes half = splat (0.5f);
  Mask beyond = x > half;
  Lanes y = choose (beyond, 1 - x, x);
  Lanes z = y * y;
  Lanes s = y * (1.5707963267948966f + z * (-0.6459640975062463f
          + z * (0.07969262624616704f + z * (-0.004681754135318688f
                  + z * 0.00016044118478735983f))));
  Lanes c = 1 + z * (-1.2337005501361697f + z * (0.2536695079010480f
          + z * (-0.020863480763352960f + z * (0.0009192602748394266f
                  + z * -0.000025202042373060605f))));

  s = choose (y == half, c, s);
  *cosine = choose (beyond, s, c);
  *sine = choose (beyond, c, s);
}

static inline void
get_factors (unsigned channels, Lanes pan, Lanes gain, LaneFactors * factors)
{
  const Lanes zero = splat (0), one = splat (1);
  Lanes x;

  pan = choose (pan == pan, pan, zero);
  pan = choose (pan < one, pan, one);
  pan = choose (pan > -one, pan, -one);
  factors->leftwards = pan <= zero;
  if (channels == 1)
    x = (pan + 1) * 0.5f;
  else
    x = choose (factors->leftwards, pan + 1, pan);
  equal_power (x, &factors->left, &factors->right);
  factors->left *= gain;
  factors->right *= gain;
  factors->gain = gain;
}

/* The same as webaudio_pan_by() */
static inline void
pan_two (const LaneFactors * factors, Lanes * left, Lanes * right)
{
  Lanes l = *left, r = *right;

  *left = choose (factors->leftwards, l * factors->gain + r * factors->left,
      l * factors->left);
  *right = choose (factors->leftwards, r * factors->right,
      r * factors->gain + l * factors->right);
}

void
webaudio_pan_by (float *const out[2], const float *const *in,
    unsigned channels, const WebAudioPanFactors * factors, size_t n)
{
  if (channels == 1) {
    /* out[0] may be the input, so it comes last */
    webaudio_vector_scale (out[1], in[0], factors->right, n);
    webaudio_vector_scale (out[0], in[0], factors->left, n);
  } else if (factors->leftwards) {
    webaudio_vector_scale (out[0], in[0], factors->gain, n);
    webaudio_vector_add_scaled (out[0], in[1], factors->left, n);
    webaudio_vector_scale (out[1], in[1], factors->right, n);
  } else {
    webaudio_vector_scale (out[1], in[1], factors->gain, n);
    webaudio_vector_add_scaled (out[1], in[0], factors->right, n);
    webaudio_vector_scale (out[0], in[0], factors->left, n);
  }
}

void
webaudio_pan_by_each (float *const out[2], const float *const *in,
    unsigned channels, const WebAudioPanFactors * factors, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++) {
    const WebAudioPanFactors *its = &factors[i];
    float left = in[0][i], right = in[channels - 1][i];

    if (channels == 1) {
      out[0][i] = left * its->left;
      out[1][i] = left * its->right;
    } else if (its->leftwards) {
      out[0][i] = left * its->gain + right * its->left;
      out[1][i] = right * its->right;
    } else {
      out[0][i] = left * its->left;
      out[1][i] = right * its->gain + left * its->right;
    }
  }
}

void
webaudio_pan (float *const out[2], const float *const *in, unsigned channels,
    double pan, double gain, size_t n)
{
  LaneFactors lanes;
  WebAudioPanFactors factors;

  get_factors (channels, splat ((float) pan), splat ((float) gain), &lanes);
  factors.left = lanes.left[0];
  factors.right = lanes.right[0];
  factors.gain = lanes.gain[0];
  factors.leftwards = lanes.leftwards[0];
  webaudio_pan_by (out, in, channels, &factors, n);
}

void
webaudio_pan_varying (float *const out[2], const float *const *in,
    unsigned channels, const double *pans, const double *gains, size_t n)
{
  size_t i;

  for (i = 0; i < n; i += N_LANES) {
    Lanes pan = load_doubles (pans + i, n - i);
    Lanes gain = gains ? load_doubles (gains + i, n - i) : splat (1);
    Lanes left = load (in[0] + i, n - i), right;
    LaneFactors factors;

    get_factors (channels, pan, gain, &factors);
    if (channels == 1) {
      right = left * factors.right;
      left *= factors.left;
    } else {
      right = load (in[1] + i, n - i);
      pan_two (&factors, &left, &right);
    }
    store (out[0] + i, left, n - i);
    store (out[1] + i, right, n - i);
  }
}
