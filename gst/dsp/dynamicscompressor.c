/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The compressor. What depends on a frame's own level alone, that is, how much
 * it is to be attenuated and how fast the detector recovers to that, is computed
 * four frames at a time; what depends on the frame before is a multiplication
 * and an addition. */

#include "dynamicscompressor.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The frames for which the gain moves at one speed. */
#define DIVISION 32

#define QUARTER_TURN 1.57079632679489661923

/* Below this a level is not looked at. */
#define FLOOR 0.0001f

/* Seconds in which the detector recovers from all of an attenuation. */
#define DETECTOR_RELEASE 0.0025
/* dB; it recovers no slower than from this. */
#define DETECTOR_LEAST 2.0

#define METER_TIME_CONSTANT 0.325

/* Frames; longer than any delay. */
#define LONG_AGO (SIZE_MAX / 2)

/* From here on all is as if nothing had ever been loud. */
#define SETTLED_DETECTOR (1 - 1e-9)
#define SETTLED_GAIN (1 - 1e-4)
#define SETTLED_METER -1e-3

/* What depends on the settings. */
typedef struct
{
  WebAudioCompressorSettings settings;
  /* the curve: identity up to the threshold, then threshold +
   * (1 - exp (-bend (x - threshold))) / bend up to the knee's end, then
   * 2^shift * x^slope */
  float threshold;
  float knee_end;
  float bend;
  float slope;
  float shift;
  float makeup;
  double attack_frames;
  double release[5];            /* polynomial that gives frames for 5 dB */
} Curve;

/* What follows the level. */
typedef struct
{
  unsigned rate;
  Curve curve;
  float detector_frames;
  float slowest;                /* rate of the detector where nothing is loud */
  double meter_rate;            /* of a division */

  double detector;
  double gain;                  /* before it goes through the sine */
  double meter;                 /* dB */
  double largest_attack;        /* dB, of the attack that goes on; or -1 */
  /* of the division that has begun: gain = gain * keep + add */
  double keep;
  double add;
  double sum;                   /* of gains */
} Follower;

struct WebAudioCompressor
{
  Follower follower;
  unsigned delay;
  size_t mask;                  /* of indices in lines */
  size_t at;                    /* where the next frame goes */
  float *lines[2];
  size_t since_sound;           /* frames, up to far more than the delay */
  size_t since_stereo;
};

static double
to_db (double x)
{
  return x > 0 ? 20 * log10 (x) : -1000;
}

static double
from_db (double db)
{
  return pow (10, db / 20);
}

/* Vectors */

#define LANES 4

/* Loads and stores through this type may be unaligned. */
typedef float Floats __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef int32_t Ints __attribute__((vector_size (16)));

static inline Floats
all (float x)
{
  const Floats v = { x, x, x, x };

  return v;
}

static inline Floats
choose (Ints condition, Floats a, Floats b)
{
  return (Floats) ((condition & (Ints) a) | (~condition & (Ints) b));
}

static inline Floats
smaller (Floats a, Floats b)
{
  return choose (a < b, a, b);
}

static inline Floats
larger (Floats a, Floats b)
{
  return choose (a > b, a, b);
}

/* Of what is neither 0 nor below, nor infinite; to about 1e-7. */
static inline Floats
log2_of (Floats x)
{
  /* a mantissa from the root of 1/2 to that of 2 */
  const Ints exponent = ((Ints) x - 0x3f3504f3) >> 23;
  const Floats mantissa = (Floats) ((Ints) x - (exponent << 23));
  const Floats s = (mantissa - 1) / (mantissa + 1);
  const Floats q = s * s;

  return __builtin_convertvector (exponent, Floats) + s * (2.8853900818f +
      q * (0.9617966939f + q * (0.5770780164f + q * (0.4121985831f +
                  q * 0.3205988980f))));
}

/* To about 1e-7; beyond what a float can hold it stays there. */
static inline Floats
exp2_of (Floats x)
{
  const Floats clamped = smaller (larger (x, all (-126)), all (126));
  /* adding 1.5 * 2^23 leaves the nearest integer in the last bits */
  const Floats shifted = clamped + 12582912.f;
  const Floats f = clamped - (shifted - 12582912.f);
  const Floats power = (Floats) (((Ints) shifted - 0x4b400000 + 127) << 23);

  return power * (1 + f * (0.6931471806f + f * (0.2402265070f +
              f * (0.0555041087f + f * (0.0096181291f + f * (0.0013333558f +
                          f * 0.0001540353f))))));
}

/* sin (x * pi / 2) for 0 to 1. */
static inline Floats
warp (Floats x)
{
  const Floats q = x * x;

  return x * (1.5707963268f - q * (0.6459640975f - q * (0.0796926262f -
              q * (0.0046817541f - q * (0.0001604412f - q * (3.5988432e-6f -
                          q * 5.6921729e-8f))))));
}

/* The curve */

/* The knee bends so that its slope, in dB per dB, is that of the ratio where it
 * ends. */
static double
find_bend (double threshold, double knee_end, double slope)
{
  double low = 0.1, high = 10000;
  int i;

  for (i = 0; i < 40; i++) {
    const double bend = sqrt (low * high);
    const double left = exp (-bend * (knee_end - threshold));
    const double y = threshold + (1 - left) / bend;

    if (knee_end * left / y < slope)
      high = bend;
    else
      low = bend;
  }
  return sqrt (low * high);
}

static double
shape (const Curve * curve, double x)
{
  if (x < curve->threshold)
    return x;
  if (x < curve->knee_end)
    return curve->threshold + (1 - exp (-curve->bend *
            (x - curve->threshold))) / curve->bend;
  return exp2 (curve->shift) * pow (x, curve->slope);
}

static void
set_curve (Curve * curve, const WebAudioCompressorSettings * settings)
{
  const double threshold = from_db (settings->threshold);
  const double knee_end = from_db (settings->threshold + settings->knee);
  const double slope = 1 / settings->ratio;
  const double bend = find_bend (threshold, knee_end, slope);
  const double top = threshold +
      (1 - exp (-bend * (knee_end - threshold))) / bend;

  curve->threshold = (float) threshold;
  curve->knee_end = (float) knee_end;
  curve->bend = (float) bend;
  curve->slope = (float) slope;
  curve->shift = (float) (log2 (top) - slope * log2 (knee_end));
  curve->makeup = (float) pow (1 / shape (curve, 1), 0.6);
}

/* How long a release takes: a polynomial of fourth degree through four points,
 * given for x = 0, 1, 2, 3, where 3 is almost released and 0 is 12 dB or more
 * to go. */
static void
set_release (Curve * curve, double frames)
{
  static const double points[4] = { 0.09, 0.16, 0.42, 0.98 };
  static const double weights[5][4] = {
    {0.9999999999999998, 1.8432219684323923e-16, -1.9373394351676423e-16,
        8.824516011816245e-18},
    {-1.5788320352845888, 2.3305837032074286, -0.9141194204840429,
        0.1623677525612032},
    {0.5334142869106424, -1.272736789213631, 0.9258856042207512,
        -0.18656310191776226},
    {0.08783463138207234, -0.1694162967925622, 0.08588057951595272,
        -0.00429891410546283},
    {-0.042416883008123074, 0.1115693827987602, -0.09764676325265872,
        0.028494263462021576}
  };
  int i, j;

  for (i = 0; i < 5; i++) {
    curve->release[i] = 0;
    for (j = 0; j < 4; j++)
      curve->release[i] += weights[i][j] * points[j] * frames;
  }
}

static void
apply_settings (Follower * self, const WebAudioCompressorSettings * settings)
{
  Curve *curve = &self->curve;
  const WebAudioCompressorSettings *old = &curve->settings;

  if (settings->threshold != old->threshold || settings->knee != old->knee
      || settings->ratio != old->ratio)
    set_curve (curve, settings);
  if (settings->attack != old->attack)
    curve->attack_frames = fmax (0.001, settings->attack) * self->rate;
  if (settings->release != old->release)
    set_release (curve, settings->release * self->rate);
  curve->settings = *settings;
}

/* The gain */

static double
release_factor (const Follower * self, double difference)
{
  const double *p = self->curve.release;
  const double x = 0.25 * (fmin (fmax (difference, -12), 0) + 12);
  const double frames = p[0] + x * (p[1] + x * (p[2] + x * (p[3] + x * p[4])));

  return from_db (5 / frames);
}

/* Decides how the gain moves in the next division. */
static void
begin_division (Follower * self)
{
  /* undoes what the sine does later */
  const double wanted = asin (self->detector) / QUARTER_TURN;
  double difference, rate;

  if (wanted > self->gain) {
    self->largest_attack = -1;
    self->keep = release_factor (self, to_db (self->gain / wanted));
    self->add = 0;
    return;
  }
  difference = wanted > 0 ? to_db (self->gain / wanted) : 1;
  self->largest_attack = fmax (self->largest_attack, difference);
  rate = 1 - pow (0.25 / fmax (0.5, self->largest_attack),
      1 / self->curve.attack_frames);
  self->keep = 1 - rate;
  self->add = wanted * rate;
}

static double
warped_db (double gain)
{
  return fmin (to_db (sin (QUARTER_TURN * gain)), 0);
}

static void
end_division (Follower * self)
{
  const double last = warped_db (self->gain);

  /* in a division the gain goes in one direction */
  if (last < self->meter)
    self->meter = last;
  else
    self->meter += (warped_db (self->sum / DIVISION) - self->meter) *
        self->meter_rate;
  self->sum = 0;
}

/* How fast the detector recovers, as a part of what is missing in each frame. */
static inline Floats
detector_rate (Floats log2_attenuation, float frames)
{
  /* dB to log2 */
  const float least = DETECTOR_LEAST * 0.16609640474f;

  return smaller (exp2_of (larger (-log2_attenuation, all (least)) / frames)
      - 1, all (1));
}

/* What the detector makes of levels: detector = min (attenuation, detector *
 * keeps + adds), where adds is attenuation times rate. */
static void
judge_levels (const Follower * self, const float *levels, float loudest,
    float *attenuations, float *rates, size_t n)
{
  const Curve *curve = &self->curve;
  const bool beyond_knee = loudest >= curve->knee_end;
  size_t i;

  for (i = 0; i < n; i += LANES) {
    const Floats x = *(const Floats *) (levels + i);
    const Floats over = x - curve->threshold;
    const Floats knee = (curve->threshold + (1 - exp2_of (over *
                (-curve->bend * 1.4426950409f))) / curve->bend) / x;
    const Floats bent = beyond_knee ? choose (x < curve->knee_end, knee,
        exp2_of (curve->shift + (curve->slope - 1) * log2_of (x))) : knee;
    const Floats attenuation = choose ((x >= curve->threshold) & (x > FLOOR),
        smaller (bent, all (1)), all (1));

    *(Floats *) (attenuations + i) = attenuation;
    *(Floats *) (rates + i) = detector_rate (log2_of (attenuation),
        self->detector_frames);
  }
}

/* Computes the gain of each of @n frames, which lie in one division, from their
 * levels. The arrays have room for whole vectors. */
static void
follow (Follower * self, const float *levels, float loudest,
    float *gains, size_t n)
{
  float attenuations[DIVISION], rates[DIVISION];
  const double keep = self->keep, add = self->add;
  const double slowest = self->slowest;
  double gain = self->gain, detector = self->detector, sum = self->sum;
  size_t i;

  if (loudest >= self->curve.threshold && loudest > FLOOR) {
    judge_levels (self, levels, loudest, attenuations, rates, n);
    for (i = 0; i < n; i++) {
      const double next = detector * (1 - rates[i]) +
          attenuations[i] * rates[i];

      detector = next < attenuations[i] ? next : attenuations[i];
      gain = gain * keep + add;
      gain = gain < 1 ? gain : 1;
      sum += gain;
      gains[i] = (float) gain;
    }
  } else {
    for (i = 0; i < n; i++) {
      const double next = detector * (1 - slowest) + slowest;

      detector = next < 1 ? next : 1;
      gain = gain * keep + add;
      gain = gain < 1 ? gain : 1;
      sum += gain;
      gains[i] = (float) gain;
    }
  }
  for (i = 0; i < n; i += LANES)
    *(Floats *) (gains + i) = warp (*(const Floats *) (gains + i)) *
        self->curve.makeup;
  self->detector = detector;
  self->gain = gain;
  self->sum = sum;
}

/* The delay line */

static void
store (const WebAudioCompressor * self, float *line, const float *samples,
    size_t n)
{
  const size_t start = self->at & self->mask;
  const size_t first = n < self->mask + 1 - start ? n : self->mask + 1 - start;

  memcpy (line + start, samples, first * sizeof (float));
  memcpy (line, samples + first, (n - first) * sizeof (float));
}

/* Of up to a division of frames, stores what is finite. */
static void
take (WebAudioCompressor * self, const float *in, float *line, float *levels,
    size_t n)
{
  float samples[DIVISION + LANES] = { 0 };
  size_t i;

  memcpy (samples, in, n * sizeof (float));
  for (i = 0; i < n; i += LANES) {
    const Floats x = *(Floats *) (samples + i);
    const Floats level = (Floats) ((Ints) x & 0x7fffffff);
    const Ints finite = level <= FLT_MAX;

    /* without zeros below 0, as silence is */
    *(Floats *) (samples + i) = (Floats) ((Ints) x & finite) + 0.0f;
    *(Floats *) (levels + i) = larger (*(Floats *) (levels + i),
        (Floats) ((Ints) level & finite));
  }
  store (self, line, samples, n);
}

/* Takes frames of input, for the frames' levels. Returns the number of frames
 * up to the last that is not zero. */
static size_t
take_all (WebAudioCompressor * self, const float *const *in, unsigned channels,
    size_t offset, float *levels, size_t n)
{
  static const float zeros[DIVISION];
  unsigned c;

  for (c = 0; c < 2; c++)
    take (self, in ? in[c < channels ? c : 0] + offset : zeros,
        self->lines[c], levels, n);
  while (n > 0 && levels[n - 1] == 0)
    n--;
  return n;
}

static float
find_loudest (const float *levels, size_t n)
{
  float loudest = 0;
  size_t i;

  for (i = 0; i < n; i++)
    loudest = levels[i] > loudest ? levels[i] : loudest;
  return loudest;
}

static void
give (const WebAudioCompressor * self, const float *line, const float *gains,
    float *out, size_t n)
{
  const size_t start = (self->at - self->delay) & self->mask;
  const size_t first = n < self->mask + 1 - start ? n : self->mask + 1 - start;
  size_t i;

  for (i = 0; i < first; i++)
    out[i] = line[start + i] * gains[i];
  for (; i < n; i++)
    out[i] = line[i - first] * gains[i];
}

/* Counts on, @n frames of which the first @last end with what is counted
 * from. */
static void
count (size_t *since, size_t last, size_t n)
{
  if (last > 0)
    *since = n - last;
  else if (*since < LONG_AGO)
    *since += n;
}

static void
settle (Follower * self)
{
  if (self->gain < SETTLED_GAIN || self->detector < SETTLED_DETECTOR
      || self->meter < SETTLED_METER)
    return;
  self->gain = 1;
  self->detector = 1;
  self->meter = 0;
  self->largest_attack = -1;
}

/* Frames of one division. */
static void
process_some (WebAudioCompressor * self, uint64_t frame,
    const float *const *in, unsigned in_channels, float *const *out,
    unsigned out_channels, size_t offset, size_t n)
{
  float levels[DIVISION + LANES] = { 0 }, gains[DIVISION + LANES] = { 0 };
  size_t sounding;
  unsigned c;

  if (frame % DIVISION == 0)
    begin_division (&self->follower);
  sounding = take_all (self, in, in_channels, offset, levels, n);
  count (&self->since_sound, sounding, n);
  count (&self->since_stereo, in && in_channels == 2 ? n : 0, n);
  follow (&self->follower, levels, find_loudest (levels, n), gains, n);
  for (c = 0; c < out_channels; c++)
    give (self, self->lines[c], gains, out[c] + offset, n);
  self->at += n;
  if ((frame + n) % DIVISION == 0)
    end_division (&self->follower);
  if ((frame + n) % WEBAUDIO_COMPRESSOR_QUANTUM == 0
      && webaudio_compressor_is_silent (self))
    settle (&self->follower);
}

void
webaudio_compressor_process (WebAudioCompressor * self,
    const WebAudioCompressorSettings * settings, uint64_t frame,
    const float *const *in, unsigned in_channels, float *const *out,
    unsigned out_channels, size_t n)
{
  size_t done, some;

  apply_settings (&self->follower, settings);
  for (done = 0; done < n; done += some, frame += some) {
    some = DIVISION - frame % DIVISION;
    if (some > n - done)
      some = n - done;
    process_some (self, frame, in, in_channels, out, out_channels, done, some);
  }
}

unsigned
webaudio_compressor_channels (const WebAudioCompressor * self,
    unsigned in_channels, size_t n)
{
  if (in_channels == 2 && n > self->delay)
    return 2;
  return self->since_stereo < self->delay ? 2 : 1;
}

bool
webaudio_compressor_is_silent (const WebAudioCompressor * self)
{
  return self->since_sound >= self->delay;
}

bool
webaudio_compressor_is_at_rest (const WebAudioCompressor * self)
{
  return webaudio_compressor_is_silent (self) && self->follower.gain == 1
      && self->follower.detector == 1 && self->follower.meter == 0;
}

float
webaudio_compressor_get_reduction (const WebAudioCompressor * self)
{
  return (float) self->follower.meter;
}

unsigned
webaudio_compressor_delay (unsigned rate)
{
  return (unsigned) ((uint64_t) rate * 6 / 1000);
}

/* Without what has been heard. */
static void
clear_lines (WebAudioCompressor * self)
{
  const size_t size = (self->mask + 1) * sizeof (float);

  self->at = 0;
  self->since_sound = self->since_stereo = LONG_AGO;
  memset (self->lines[0], 0, size);
  memset (self->lines[1], 0, size);
}

void
webaudio_compressor_copy (const WebAudioCompressor * self,
    WebAudioCompressor * to)
{
  to->follower = self->follower;
  if (to->since_sound != LONG_AGO)
    clear_lines (to);
}

void
webaudio_compressor_reset (WebAudioCompressor * self)
{
  Follower *follower = &self->follower;

  follower->detector = 0;
  follower->gain = 1;
  follower->meter = 0;
  follower->largest_attack = -1;
  follower->keep = 1;
  follower->add = 0;
  follower->sum = 0;
  clear_lines (self);
}

static void
init_follower (Follower * self, unsigned rate)
{
  self->rate = rate;
  /* nothing is equal to it */
  self->curve.settings.threshold = self->curve.settings.attack =
      self->curve.settings.release = NAN;
  self->detector_frames = (float) (DETECTOR_RELEASE * rate);
  self->slowest = detector_rate (all (0), self->detector_frames)[0];
  self->meter_rate = 1 - exp (-DIVISION / (METER_TIME_CONSTANT * rate));
}

static size_t
find_line_size (unsigned delay)
{
  size_t size = 1;

  while (size < (size_t) delay + DIVISION)
    size *= 2;
  return size;
}

WebAudioCompressor *
webaudio_compressor_new (unsigned rate)
{
  WebAudioCompressor *self = calloc (1, sizeof *self);
  size_t size;

  if (!self)
    return NULL;
  init_follower (&self->follower, rate);
  self->delay = webaudio_compressor_delay (rate);
  size = find_line_size (self->delay);
  self->mask = size - 1;
  self->lines[0] = malloc (size * sizeof (float));
  self->lines[1] = malloc (size * sizeof (float));
  if (!self->lines[0] || !self->lines[1]) {
    webaudio_compressor_free (self);
    return NULL;
  }
  webaudio_compressor_reset (self);
  return self;
}

void
webaudio_compressor_free (WebAudioCompressor * self)
{
  if (!self)
    return;
  free (self->lines[0]);
  free (self->lines[1]);
  free (self);
}
