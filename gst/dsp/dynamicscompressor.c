/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The compressor works in divisions of 32 frames: the gain of each frame is known
 * when a division begins, and the levels of all of them are looked at when it
 * ends. So both are computed four frames at a time. */

#include "dynamicscompressor.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vector.h"

/* The frames for which the gain moves at one speed. */
#define DIVISION 32

/* After so many frames channels may change. */
#define QUANTUM 128
#define QUARTER_TURN 1.57079632679489661923
/* 20 * log10 (2) */
#define DB_OF_TWO 6.02059991327962390427

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
  float floor;                  /* from where on it counts */
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
  float detector_speed;         /* per frame, of its whole release */
  double slowest;               /* what the detector keeps of what it lacks in a
                                 * division where nothing is loud */
  double meter_rate;            /* of a division */

  double detector;
  double gain;                  /* before it goes through the sine */
  double meter;                 /* dB */
  double largest_attack;        /* dB, of the attack that goes on; or -1 */
  /* of the division that has begun: in each frame what the gain is off target
   * becomes keep times that */
  double target;
  double keep;
  bool begun;
  float levels[2 * DIVISION];   /* of its frames up to now, and room */
  float gains[DIVISION];
  float warped_last;            /* without make-up, that of the last frame */
  float warped_mean;
} Follower;

struct WebAudioCompressor
{
  Follower follower;
  unsigned delay;
  size_t mask;                  /* of indices in lines */
  size_t at;                    /* where the next frame goes */
  float *lines[2];              /* with a division behind the end */
  size_t since_sound;           /* frames, up to far more than the delay */
  size_t since_stereo;
};

/* log10 () and pow () take twice as long. */
static double
to_db (double x)
{
  return x > 0 ? DB_OF_TWO * log2 (x) : -1000;
}

static double
from_db (double db)
{
  return exp2 (db / DB_OF_TWO);
}

/* Vectors */

#define LANES 4

/* Loads and stores through this type may be unaligned. */
typedef float Floats __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef int32_t Ints __attribute__((vector_size (16)));
typedef uint32_t Bits __attribute__((vector_size (16)));
typedef double Pair __attribute__((vector_size (16)));
typedef int64_t Longs __attribute__((vector_size (16)));
typedef float Half __attribute__((vector_size (8), may_alias));

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
larger (Floats a, Floats b)
{
  return choose (a > b, a, b);
}

static inline Floats
magnitude (Floats x)
{
  return (Floats) ((Ints) x & 0x7fffffff);
}

/* Of what is neither 0 nor below, nor infinite; to about 1e-7. */
static inline Floats
log2_of (Floats x)
{
  /* a mantissa from the root of 1/2 to that of 2 */
  const Ints exponent = (Ints) ((Bits) x - 0x3f3504f3) >> 23;
  const Floats mantissa = (Floats) ((Bits) x - ((Bits) exponent << 23));
  const Floats s = (mantissa - 1) / (mantissa + 1);
  const Floats q = s * s;

  return __builtin_convertvector (exponent, Floats) +
      s * ((2.8853900798f + 0.96179884764f * q) +
      q * q * (0.57671438402f + 0.43173587793f * q));
}

/* 2^x - 1 for -1/2 to 1, to about 1e-7 of it. */
static inline Floats
small_exp2m1 (Floats x)
{
  const Floats q = x * x;

  return x * ((0.69314717817f + 0.24022648925f * x) +
      q * ((0.055504227084f + 0.0096183804602f * x) +
          q * ((0.0013323374471f + 0.00015363429082f * x) +
              q * 1.7749075711e-5f)));
}

/* The integer next to @x, and two to its power, for -126 to 126. */
static inline Floats
split_exponent (Floats x, Floats * power)
{
  /* adding 1.5 * 2^23 leaves the integer in the last bits */
  const Floats shifted = x + 12582912.f;

  *power = (Floats) (((Bits) shifted - 0x4b400000 + 127) << 23);
  return shifted - 12582912.f;
}

/* For up to 126; below -126 it stays there. */
static inline Floats
exp2_of (Floats x)
{
  const Floats clamped = larger (x, all (-126));
  Floats power, whole = split_exponent (clamped, &power);

  return power + power * small_exp2m1 (clamped - whole);
}

/* 2^x - 1, as exact where that is small. */
static inline Floats
exp2m1_of (Floats x)
{
  Floats power, whole = split_exponent (x, &power);

  return (power - 1) + power * small_exp2m1 (x - whole);
}

/* sin (x * pi / 2) for 0 to 1. */
static inline Floats
warp (Floats x)
{
  const Floats q = x * x;

  return x * ((1.5707963174f - 0.6459636727f * q) +
      q * q * ((0.079689467327f - 0.0046733924352f * q) +
          q * q * 0.00015128041562f));
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
  curve->floor = curve->threshold > FLOOR ? curve->threshold : FLOOR;
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

/* The detector */

/* How many vectors make a division; each has frames of all its quarters. */
#define VECTORS (DIVISION / LANES)

/* What frames make of the detector: min (most, detector * keep + add). */
typedef struct
{
  Pair most;
  Pair keep;
  Pair add;
} Passage;

static inline double
lesser (double a, double b)
{
  return a < b ? a : b;
}

static inline double
greater (double a, double b)
{
  return a > b ? a : b;
}

/* The level where there is to be an attenuation, otherwise the threshold, where
 * there is none. */
static inline void
gather_levels (const Follower * self, Floats * x)
{
  const float *levels = self->levels;
  const float floor = self->curve.floor, threshold = self->curve.threshold;
  size_t i;

  for (i = 0; i < VECTORS; i++) {
    const Floats level = {
      levels[i], levels[i + VECTORS], levels[i + 2 * VECTORS],
      levels[i + 3 * VECTORS]
    };

    x[i] = choose (level >= floor, level, all (threshold));
  }
}

/* Only right where it is no level beyond the knee. */
static inline void
attenuate_in_knee (const Curve * curve, const Floats * x, Floats * attenuation)
{
  const float factor = -curve->bend * 1.4426950409f;
  const float depth = 1 / curve->bend;
  size_t i;

  for (i = 0; i < VECTORS; i++)
    attenuation[i] = (curve->threshold - depth * exp2m1_of (factor *
            (x[i] - curve->threshold))) / x[i];
}

static inline void
find_logarithms (const Floats * x, Floats * logarithm)
{
  size_t i;

  for (i = 0; i < VECTORS; i++)
    logarithm[i] = log2_of (x[i]);
}

static inline void
attenuate_beyond_knee (const Curve * curve, const Floats * x,
    Floats * attenuation, Floats * logarithm)
{
  size_t i;

  for (i = 0; i < VECTORS; i++) {
    const Ints beyond = x[i] >= curve->knee_end;
    const Floats straight = curve->shift + (curve->slope - 1) * log2_of (x[i]);

    logarithm[i] = choose (beyond, straight, logarithm[i]);
    attenuation[i] = choose (beyond, exp2_of (straight), attenuation[i]);
  }
}

/* How fast the detector recovers, as a part of what is missing in each frame. */
static inline Floats
detector_rate (Floats log2_attenuation, float speed)
{
  const Floats x = larger (-log2_attenuation,
      all ((float) (DETECTOR_LEAST / DB_OF_TWO))) * speed;

  return small_exp2m1 (choose (x < 1, x, all (1)));
}

/* Adds what the next frame of each of two quarters does. */
static inline void
pass (Passage * self, Pair attenuation, Pair rate)
{
  const Pair most = self->most + (attenuation - self->most) * rate;
  const Longs less = most < attenuation;

  self->most = (Pair) ((less & (Longs) most) | (~less & (Longs) attenuation));
  self->keep = self->keep - self->keep * rate;
  self->add = self->add + (attenuation - self->add) * rate;
}

/* Two quarters of the division, of which each vector has a frame. */
static inline double
detect_quarters (const float *attenuations, const float *rates, double detector)
{
  Passage passage = { {1, 1}, {1, 1}, {0, 0} };
  size_t i;

  for (i = 0; i < DIVISION; i += LANES)
    pass (&passage, __builtin_convertvector (*(const Half *) (attenuations + i),
            Pair), __builtin_convertvector (*(const Half *) (rates + i), Pair));
  for (i = 0; i < 2; i++)
    detector = lesser (passage.most[i], detector * passage.keep[i] +
        passage.add[i]);
  return detector;
}

/* What levels do of which some are above the threshold. */
static void
detect_loud (Follower * self, bool beyond_knee)
{
  Floats x[VECTORS], attenuation[VECTORS], rate[VECTORS];
  const float *attenuations = (const float *) attenuation;
  const float *rates = (const float *) rate;
  double detector;
  size_t i;

  gather_levels (self, x);
  attenuate_in_knee (&self->curve, x, attenuation);
  find_logarithms (attenuation, rate);
  if (beyond_knee)
    attenuate_beyond_knee (&self->curve, x, attenuation, rate);
  for (i = 0; i < VECTORS; i++)
    rate[i] = detector_rate (rate[i], self->detector_speed);
  detector = detect_quarters (attenuations, rates, self->detector);
  detector = detect_quarters (attenuations + 2, rates + 2, detector);
  self->detector = lesser (detector, 1);
}

/* Whether there is a level of the division that is not below a limit. */
static bool
reaches (const Follower * self, float limit)
{
  Ints found = { 0 };
  size_t i;

  for (i = 0; i < DIVISION; i += LANES)
    found |= *(const Floats *) (self->levels + i) >= limit;
  return (found[0] | found[1] | found[2] | found[3]) != 0;
}

/* Looks at all levels of the division. */
static void
detect (Follower * self)
{
  if (reaches (self, self->curve.floor))
    detect_loud (self, reaches (self, self->curve.knee_end));
  else
    self->detector = 1 - (1 - self->detector) * self->slowest;
}

/* The gain */

static double
release_factor (const Follower * self, double difference)
{
  const double *p = self->curve.release;
  const double x = 0.25 * (lesser (greater (difference, -12), 0) + 12);
  const double frames = p[0] + x * (p[1] + x * (p[2] + x * (p[3] + x * p[4])));

  return from_db (5 / frames);
}

/* Computes the gains of the division. */
static void
move_gain (Follower * self)
{
  const double keep = self->keep, square = keep * keep;
  const double target = self->target;
  const Floats powers = {
    (float) keep, (float) square, (float) (square * keep),
    (float) (square * square)
  };
  double off = self->gain - target;
  Floats sum = { 0 }, warped;
  size_t i;

  for (i = 0; i < DIVISION; i += LANES) {
    const Floats gain = (float) target + (float) off * powers;

    warped = warp (choose (gain < 1, gain, all (1)));
    *(Floats *) (self->gains + i) = warped * self->curve.makeup;
    sum += warped;
    off *= square * square;
  }
  self->gain = lesser (target + off, 1);
  self->warped_last = warped[LANES - 1];
  self->warped_mean = (sum[0] + sum[1] + sum[2] + sum[3]) / DIVISION;
}

/* Decides how the gain moves in the next division. */
static void
decide (Follower * self)
{
  /* undoes what the sine does later */
  const double wanted = asin (self->detector) / QUARTER_TURN;
  double difference;

  if (wanted > self->gain) {
    self->largest_attack = -1;
    self->target = 0;
    self->keep = release_factor (self, to_db (self->gain / wanted));
    return;
  }
  difference = wanted > 0 ? to_db (self->gain / wanted) : 1;
  self->largest_attack = greater (self->largest_attack, difference);
  self->target = wanted;
  self->keep = exp2 ((-2 - log2 (greater (0.5, self->largest_attack))) /
      self->curve.attack_frames);
}

static double
reduction_of (double gain)
{
  return lesser (to_db (gain), 0);
}

static void
end_division (Follower * self)
{
  const double last = reduction_of (self->warped_last);

  detect (self);
  /* in a division the gain goes in one direction */
  if (last < self->meter)
    self->meter = last;
  else
    self->meter += (reduction_of (self->warped_mean) - self->meter) *
        self->meter_rate;
}

/* The delay line */

/* Takes a division, silent after @n frames, as far as it is finite. */
static void
take (float *samples, const float *in, size_t n)
{
  float padded[DIVISION];
  size_t i;

  if (n < DIVISION) {
    memset (padded, 0, sizeof padded);
    memcpy (padded, in, n * sizeof (float));
    in = padded;
  }
  for (i = 0; i < DIVISION; i += LANES) {
    const Floats x = *(const Floats *) (in + i);
    const Ints finite = magnitude (x) <= FLT_MAX;

    /* without zeros below 0, as silence is */
    *(Floats *) (samples + i) = (Floats) ((Ints) x & finite) + 0.0f;
  }
}

static void
find_levels (float *levels, const float *samples)
{
  size_t i;

  for (i = 0; i < DIVISION; i += LANES)
    *(Floats *) (levels + i) = magnitude (*(const Floats *) (samples + i));
}

static void
raise_levels (float *levels, const float *samples)
{
  size_t i;

  for (i = 0; i < DIVISION; i += LANES)
    *(Floats *) (levels + i) = larger (*(Floats *) (levels + i),
        magnitude (*(const Floats *) (samples + i)));
}

static void
copy_division (float *to, const float *from)
{
  size_t i;

  for (i = 0; i < DIVISION; i += LANES)
    *(Floats *) (to + i) = *(const Floats *) (from + i);
}

/* What was written behind the end of a line belongs to its beginning. */
static void
wrap (const WebAudioCompressor * self, float *line, size_t end)
{
  const size_t size = self->mask + 1;

  if (end > size)
    memcpy (line, line + size, (end - size) * sizeof (float));
}

/* Takes frames of input, and the frames' levels. Returns the number of frames up
 * to the last that is not zero. */
static size_t
take_all (WebAudioCompressor * self, const float *const *in, unsigned channels,
    size_t offset, float *levels, size_t n)
{
  static const float zeros[DIVISION];
  const size_t start = self->at & self->mask;
  float *left = self->lines[0] + start, *right = self->lines[1] + start;

  /* writing whole divisions, for what is there is older than the delay */
  take (left, in ? in[0] + offset : zeros, n);
  find_levels (levels, left);
  if (in && channels == 2) {
    take (right, in[1] + offset, n);
    raise_levels (levels, right);
  } else {
    copy_division (right, left);
  }
  wrap (self, self->lines[0], start + DIVISION);
  wrap (self, self->lines[1], start + DIVISION);
  while (n > 0 && levels[n - 1] == 0)
    n--;
  return n;
}

static void
give (const WebAudioCompressor * self, const float *line, const float *gains,
    float *out, size_t n)
{
  const size_t start = (self->at - self->delay) & self->mask;
  const size_t first = n < self->mask + 1 - start ? n : self->mask + 1 - start;

  webaudio_vector_multiply (out, line + start, gains, first);
  webaudio_vector_multiply (out + first, line, gains + first, n - first);
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
  Follower *follower = &self->follower;
  const size_t at = frame % DIVISION;
  size_t sounding;
  unsigned c;

  if (at == 0)
    decide (follower);
  if (at == 0 || !follower->begun)
    move_gain (follower);
  follower->begun = true;
  sounding = take_all (self, in, in_channels, offset, follower->levels + at, n);
  count (&self->since_sound, sounding, n);
  count (&self->since_stereo, in && in_channels == 2 ? n : 0, n);
  for (c = 0; c < out_channels; c++)
    give (self, self->lines[c], follower->gains + at, out[c] + offset, n);
  self->at += n;
  if ((frame + n) % DIVISION == 0)
    end_division (follower);
  if ((frame + n) % WEBAUDIO_COMPRESSOR_QUANTUM == 0
      && webaudio_compressor_is_silent (self))
    settle (follower);
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
webaudio_compressor_is_settling (const WebAudioCompressor * self)
{
  return self->since_stereo > 0 && self->since_stereo < self->delay + QUANTUM;
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
  follower->target = 0;
  follower->keep = 1;
  follower->begun = false;
  memset (follower->levels, 0, sizeof follower->levels);
  clear_lines (self);
}

static void
init_follower (Follower * self, unsigned rate)
{
  self->rate = rate;
  /* nothing is equal to it */
  self->curve.settings.threshold = self->curve.settings.attack =
      self->curve.settings.release = NAN;
  self->detector_speed = (float) (1 / (DETECTOR_RELEASE * rate));
  self->slowest = pow (1 - detector_rate (all (0), self->detector_speed)[0],
      DIVISION);
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
  self->lines[0] = malloc ((size + DIVISION) * sizeof (float));
  self->lines[1] = malloc ((size + DIVISION) * sizeof (float));
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
