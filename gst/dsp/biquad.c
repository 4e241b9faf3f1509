/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filters of a BiquadFilterNode: what stands still is computed in
 * lookahead.c; what moves frame by frame, the coefficients of two at once. */

#include "biquad.h"

#include <math.h>
#include <string.h>

#define QUANTUM WEBAUDIO_RECURSION_QUANTUM

/* The largest Q in dB for which 10^(Q / 20) is a float */
#define MAX_Q_DB 770.63678
/* What counts as 0, so that quotients are numbers */
#define NO_GAIN 1e-150
#define NO_Q 1e-100
#define NO_FREQUENCY 1e-150
#define LOG2_10 3.32192809488736234787

/* Two frames, or two channels; GCC and clang know it on every processor. */
typedef double Pair __attribute__((vector_size (16)));

typedef long long Mask __attribute__((vector_size (16)));
typedef unsigned long long Bits __attribute__((vector_size (16)));

/* Loads and stores through this may be unaligned. */
typedef double LoosePair __attribute__((vector_size (16),
        aligned (__alignof__ (double)), may_alias));

/* Coefficients */

static inline Pair
both (double value)
{
  return (Pair) {
  value, value};
}

static inline Pair
choose (Mask mask, Pair yes, Pair no)
{
  return (Pair) ((mask & (Mask) yes) | (~mask & (Mask) no));
}

/* Each frame's coefficients come from the same operations, alone or in a pair,
 * and none of those that processors do in different ways. */

/* 2^x, from 2^-1021 to 2^1023: the Taylor series around the nearest integer, to
 * which that is added as an exponent. Exact for integers. */
static inline Pair
power (Pair x)
{
  const Pair shift = both (0x1.8p52), least = both (-1021), most = both (1023);
  Pair rounded, y, square, even, odd;

  x = choose (x < least, least, choose (x > most, most, x));
  rounded = x + shift;
  y = x - (rounded - shift);
  square = y * y;
  even = square * 2.5678435993488205e-11 + 7.0549116208011233e-9;
  odd = square * 1.3691488853904129e-12 + 4.4455382718708115e-10;
  even = even * square + 1.3215486790144309e-6;
  odd = odd * square + 1.01780860092397e-7;
  even = even * square + 0.0001540353039338161;
  odd = odd * square + 1.525273380405984e-5;
  even = even * square + 0.0096181291076284772;
  odd = odd * square + 0.0013333558146428443;
  even = even * square + 0.24022650695910071;
  odd = odd * square + 0.05550410866482158;
  odd = odd * square + 0.69314718055994531;
  return (Pair) ((Bits) (even * square + odd * y + 1) + ((Bits) rounded << 52));
}

/* Sine and cosine of a quarter cycle times @t, 0 to 1: the Taylor series of both
 * up to half of that, whose relative error is below 1e-16. */
static inline void
quarter_cycle (Pair t, Pair * sine, Pair * cosine)
{
  const Mask low = t <= both (0.5);
  Pair x = choose (low, t, 1 - t), square = x * x, fourth = square * square;
  Pair even, odd, s, c;

  even = fourth * 5.6921729219679268e-8 + 0.00016044118478735982;
  odd = fourth * -6.6880351098114672e-10 - 3.5988432352120853e-6;
  even = even * fourth + 0.079692626246167045;
  odd = odd * fourth - 0.0046817541353186881;
  even = even * fourth + 1.5707963267948966;
  odd = odd * fourth - 0.64596409750624625;
  s = (even + odd * square) * x;
  even = fourth * 6.5659631149794724e-11 + 4.7108747788181715e-7;
  odd = fourth * -6.3866030837918522e-9 - 2.5202042373060605e-5;
  even = even * fourth + 0.00091926027483942658;
  odd = odd * fourth - 0.020863480763352961;
  even = even * fourth + 0.25366950790104801;
  odd = odd * fourth - 1.2337005501361698;
  c = even * fourth + odd * square + 1;
  *sine = choose (low, s, c);
  *cosine = choose (low, c, s);
}

/* What the formulas need of two frames, but for the frequency. */
typedef struct
{
  Pair q;                       /* linear, or 1 where it has no limit */
  Pair damping;                 /* 1 / (2 Q) */
  Pair gain;                    /* A of the specification, linear */
  Pair inverse;                 /* 1 / A */
  Pair root;                    /* sqrt (2 A) */
} Shape;

/* What they are, divided by a0: b0 to b2, and a1 and a2. */
typedef struct
{
  Pair b[3];
  Pair a[2];
} Formula;

static inline void
set_formula (Formula * f, Pair b0, Pair b1, Pair b2, Pair a0, Pair a1, Pair a2)
{
  Pair factor = 1 / a0;

  f->b[0] = b0 * factor;
  f->b[1] = b1 * factor;
  f->b[2] = b2 * factor;
  f->a[0] = a1 * factor;
  f->a[1] = a2 * factor;
}

/* The formulas of a lowshelf, halved, with the sine @s and the cosine @c of half
 * the angle; those of a highshelf are the same with both exchanged. */
static inline void
shelf (Formula * f, Pair s, Pair c, Pair A, Pair root)
{
  Pair low = s * s, high = c * c, slope = root * s * c;

  set_formula (f, A * (A * low + high + slope), 2 * A * (A * low - high),
      A * (A * low + high - slope), A * high + low + slope,
      2 * (low - A * high), A * high + low - slope);
}

/* @s and @c: of half the angle, so that 1 - cosine is exact for low frequencies */
static inline void
evaluate (WebAudioBiquadType type, Pair s, Pair c, const Shape * shape,
    Formula * f)
{
  const Pair one = { 1, 1 };
  Pair alpha = 2 * s * c * shape->damping, middle = -2 * (c - s) * (c + s);

  switch (type) {
    case WEBAUDIO_BIQUAD_LOWPASS:
      set_formula (f, s * s, 2 * s * s, s * s, 1 + alpha, middle, 1 - alpha);
      break;
    case WEBAUDIO_BIQUAD_HIGHPASS:
      set_formula (f, c * c, -2 * c * c, c * c, 1 + alpha, middle, 1 - alpha);
      break;
    case WEBAUDIO_BIQUAD_BANDPASS:
      set_formula (f, alpha, 0 * alpha, -alpha, 1 + alpha, middle, 1 - alpha);
      break;
    case WEBAUDIO_BIQUAD_LOWSHELF:
      shelf (f, s, c, shape->gain, shape->root);
      break;
    case WEBAUDIO_BIQUAD_HIGHSHELF:
      shelf (f, c, s, shape->gain, shape->root);
      f->b[1] = -f->b[1];
      f->a[0] = -f->a[0];
      break;
    case WEBAUDIO_BIQUAD_PEAKING:
      set_formula (f, 1 + alpha * shape->gain, middle, 1 - alpha * shape->gain,
          1 + alpha * shape->inverse, middle, 1 - alpha * shape->inverse);
      break;
    case WEBAUDIO_BIQUAD_NOTCH:
      set_formula (f, one, middle, one, 1 + alpha, middle, 1 - alpha);
      break;
    default:
      set_formula (f, 1 - alpha, middle, 1 + alpha, 1 + alpha, middle,
          1 - alpha);
      break;
  }
}

static bool
is_q_in_db (WebAudioBiquadType type)
{
  return type == WEBAUDIO_BIQUAD_LOWPASS || type == WEBAUDIO_BIQUAD_HIGHPASS;
}

static bool
has_gain (WebAudioBiquadType type)
{
  return type == WEBAUDIO_BIQUAD_LOWSHELF || type == WEBAUDIO_BIQUAD_HIGHSHELF
      || type == WEBAUDIO_BIQUAD_PEAKING;
}

/* A filter that is only a factor where the formulas have no value, or none that
 * could be computed with. Returns whether this is such a place. */
static bool
find_limit (WebAudioBiquadType type, double frequency, double q, double A,
    double *factor)
{
  bool low = !(frequency > 0), high = frequency >= 1, no_q = q < NO_Q;

  if (has_gain (type) && A < NO_GAIN)
    A = 0;
  switch (type) {
    case WEBAUDIO_BIQUAD_LOWPASS:
      *factor = high;
      return low || high;
    case WEBAUDIO_BIQUAD_HIGHPASS:
      *factor = low;
      return low || high;
    case WEBAUDIO_BIQUAD_BANDPASS:
      *factor = !(low || high);
      return low || high || no_q;
    case WEBAUDIO_BIQUAD_LOWSHELF:
      *factor = low ? 1 : A * A;
      return low || high || A == 0;
    case WEBAUDIO_BIQUAD_HIGHSHELF:
      *factor = high ? 1 : A * A;
      return low || high || A == 0;
    case WEBAUDIO_BIQUAD_PEAKING:
      *factor = low || high ? 1 : A * A;
      return low || high || no_q || A == 0;
    case WEBAUDIO_BIQUAD_NOTCH:
      *factor = low || high;
      return low || high || no_q;
    default:
      *factor = low || high ? 1 : -1;
      return low || high || no_q;
  }
}

static inline Pair
detune_factor (Pair cents)
{
  return power (cents / 1200);
}

static inline void
set_q (Shape * shape, WebAudioBiquadType type, Pair q)
{
  const Pair most = both (MAX_Q_DB);

  shape->q = both (1);
  if (is_q_in_db (type)) {
    q = choose (q > most, most, choose (q < -most, -most, q));
    shape->damping = 0.5 * power (q * (-LOG2_10 / 20));
  } else if (type != WEBAUDIO_BIQUAD_LOWSHELF
      && type != WEBAUDIO_BIQUAD_HIGHSHELF) {
    shape->q = q;
    shape->damping = 0.5 / choose (q < both (NO_Q), both (NO_Q), q);
  } else {
    shape->damping = both (1);
  }
}

static inline void
set_gain (Shape * shape, WebAudioBiquadType type, Pair gain)
{
  shape->gain = shape->inverse = shape->root = both (1);
  if (has_gain (type)) {
    shape->gain = power (gain * (LOG2_10 / 40));
    shape->inverse = power (gain * (-LOG2_10 / 40));
    shape->root = (Pair) {
    sqrt (2 * shape->gain[0]), sqrt (2 * shape->gain[1])};
  }
}

/* As a part of half of the sample rate */
static inline Pair
get_frequency (Pair frequency, double nyquist, Pair detune)
{
  Pair part = frequency / nyquist * detune;

  part = choose (part < both (1), part, both (1));
  return choose (part > both (NO_FREQUENCY), part, both (0));
}

/* Coefficients of each frame, and what they are made of */
typedef struct
{
  Pair frequency[QUANTUM / 2];  /* 1 is half of the sample rate */
  Pair b[3][QUANTUM / 2];
  Pair a[2][QUANTUM / 2];
} Moving;

/* Pair @i, of which the second frame may be beyond the last one */
static inline Pair
get_values (const double *values, size_t i, size_t n)
{
  return (Pair) {
  values[2 * i], values[2 * i + (2 * i + 1 < n)]};
}

static void
find_frequencies (double nyquist, const WebAudioBiquadMotion * motion, size_t n,
    Moving * moving)
{
  Pair frequency = both (motion->still.frequency);
  Pair detune = detune_factor (both (motion->still.detune));
  size_t i;

  for (i = 0; 2 * i < n; i++) {
    if (motion->frequency)
      frequency = get_values (motion->frequency, i, n);
    if (motion->detune)
      detune = detune_factor (get_values (motion->detune, i, n));
    moving->frequency[i] = get_frequency (frequency, nyquist, detune);
  }
}

static inline void
get_shape (WebAudioBiquadType type, const WebAudioBiquadMotion * motion,
    size_t i, size_t n, Shape * shape)
{
  if (motion->q)
    set_q (shape, type, get_values (motion->q, i, n));
  if (motion->gain)
    set_gain (shape, type, get_values (motion->gain, i, n));
}

/* Puts a limit in place of each value that there is not. */
static void
limit (WebAudioBiquadType type, const WebAudioBiquadMotion * motion,
    Shape * shape, size_t n, Moving * moving)
{
  size_t i;
  double factor;

  for (i = 0; i < n; i++) {
    unsigned lane = i % 2;

    get_shape (type, motion, i / 2, n, shape);
    if (find_limit (type, moving->frequency[i / 2][lane], shape->q[lane],
            shape->gain[lane], &factor)) {
      moving->b[0][i / 2][lane] = factor;
      moving->b[1][i / 2][lane] = moving->b[2][i / 2][lane] = 0;
      moving->a[0][i / 2][lane] = moving->a[1][i / 2][lane] = 0;
    }
  }
}

static inline Mask
has_limit (Pair frequency, const Shape * shape)
{
  return (frequency <= both (0)) | (frequency >= both (1))
      | (shape->q < both (NO_Q)) | (shape->gain < both (NO_GAIN));
}

/* Finds the coefficients of up to a quantum of frames. In several loops, since a
 * long chain of operations for each would keep the processor waiting. */
static void
find_coefficients (WebAudioBiquadType type, double nyquist,
    const WebAudioBiquadMotion * motion, size_t n, Moving * moving)
{
  Pair sine[QUANTUM / 2], cosine[QUANTUM / 2];
  Mask limits = { 0 };
  Shape shape;
  Formula f;
  size_t i;
  unsigned k;

  set_q (&shape, type, both (motion->still.q));
  set_gain (&shape, type, both (motion->still.gain));
  find_frequencies (nyquist, motion, n, moving);
  for (i = 0; 2 * i < n; i++)
    quarter_cycle (moving->frequency[i], &sine[i], &cosine[i]);
  for (i = 0; 2 * i < n; i++) {
    get_shape (type, motion, i, n, &shape);
    evaluate (type, sine[i], cosine[i], &shape, &f);
    limits |= has_limit (moving->frequency[i], &shape);
    for (k = 0; k < 3; k++)
      moving->b[k][i] = f.b[k];
    for (k = 0; k < 2; k++)
      moving->a[k][i] = f.a[k];
  }
  if (limits[0] | limits[1])
    limit (type, motion, &shape, n, moving);
}

static void
take_coefficients (const Moving * moving, size_t i,
    WebAudioBiquadCoefficients * k)
{
  unsigned j;

  k->a[0] = 1;
  for (j = 0; j < 3; j++)
    k->b[j] = ((const double *) moving->b[j])[i];
  for (j = 0; j < 2; j++)
    k->a[j + 1] = ((const double *) moving->a[j])[i];
}

void
webaudio_biquad_coefficients (WebAudioBiquadType type, double rate,
    const WebAudioBiquadSetting * setting, WebAudioBiquadCoefficients * out,
    size_t n)
{
  Moving moving;
  size_t i;

  for (i = 0; i < n; i++) {
    const WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, setting[i] };

    find_coefficients (type, rate / 2, &motion, 1, &moving);
    take_coefficients (&moving, 0, out + i);
  }
}

/* Filtering */

void
webaudio_biquad_init (WebAudioBiquad * self, double rate)
{
  memset (self, 0, sizeof *self);
  webaudio_recursion_init (&self->past, 2, rate);
  self->nyquist = rate / 2;
  webaudio_biquad_reset (self);
}

void
webaudio_biquad_clear (WebAudioBiquad * self)
{
  webaudio_recursion_clear (&self->past);
}

void
webaudio_biquad_reset (WebAudioBiquad * self)
{
  webaudio_recursion_reset (&self->past);
  self->next = UINT64_MAX;
}

/* What moves */

static double
get_value (const double *values, double still, size_t i)
{
  return values ? values[i] : still;
}

static void
get_setting (const WebAudioBiquadMotion * motion, size_t i,
    WebAudioBiquadSetting * setting)
{
  const WebAudioBiquadSetting *still = &motion->still;

  setting->frequency = get_value (motion->frequency, still->frequency, i);
  setting->detune = get_value (motion->detune, still->detune, i);
  setting->q = get_value (motion->q, still->q, i);
  setting->gain = get_value (motion->gain, still->gain, i);
}

static bool
is_equal (const WebAudioBiquadSetting * a, const WebAudioBiquadSetting * b)
{
  return a->frequency == b->frequency && a->detune == b->detune && a->q == b->q
      && a->gain == b->gain;
}

/* How many of @n values, at least one, are the first one */
static size_t
count_still (const double *values, size_t n)
{
  size_t i;

  if (!values)
    return n;
  for (i = 1; i < n && values[i] == values[0]; i++);
  return i;
}

/* The motion from frame @i on, in @rest */
static void
advance (const WebAudioBiquadMotion * motion, size_t i,
    WebAudioBiquadMotion * rest)
{
  *rest = *motion;
  rest->frequency = motion->frequency ? motion->frequency + i : NULL;
  rest->detune = motion->detune ? motion->detune + i : NULL;
  rest->q = motion->q ? motion->q + i : NULL;
  rest->gain = motion->gain ? motion->gain + i : NULL;
}

/* Finds how many of up to a quantum of frames may be taken in groups: those up to
 * the first change in their quantum, for a frame must not depend on a later
 * one. */
static size_t
follow (WebAudioBiquad * self, uint64_t frame, WebAudioBiquadType type,
    const WebAudioBiquadMotion * motion, size_t n)
{
  WebAudioBiquadSetting setting;
  size_t still = n;

  get_setting (motion, 0, &setting);
  if (frame % QUANTUM == 0 || frame != self->next)
    self->moved = false;
  else if (type != self->type || !is_equal (&setting, &self->setting))
    self->moved = true;
  if (!self->moved) {
    still = count_still (motion->frequency, still);
    still = count_still (motion->detune, still);
    still = count_still (motion->q, still);
    still = count_still (motion->gain, still);
  }
  /* alone the first frame is the same either way */
  if (self->moved || (still == 1 && n > 1 && frame % QUANTUM == 0))
    still = 0;
  self->moved |= still < n;
  self->type = type;
  get_setting (motion, n - 1, &self->setting);
  self->next = frame + n;
  return still;
}

/* Finds the coefficients of frames that stand still. */
static void
stand (WebAudioBiquad * self, const WebAudioBiquadSetting * setting)
{
  const WebAudioBiquadCoefficients *k = &self->coefficients;

  if (self->stands && self->type == self->still_type
      && is_equal (setting, &self->still))
    return;
  self->stands = true;
  self->still_type = self->type;
  self->still = *setting;
  webaudio_biquad_coefficients (self->type, 2 * self->nyquist, setting,
      &self->coefficients, 1);
  webaudio_look_ahead_init (&self->ahead, k->b, 3, k->a, 3);
}

/* Filtering, frame by frame, as in the first frame of a group */

static void
move_one (const Moving * k, const float *x, double *y, float *out, size_t n)
{
  const double *b0 = (const double *) k->b[0], *b1 = (const double *) k->b[1];
  const double *b2 = (const double *) k->b[2], *a1 = (const double *) k->a[0];
  const double *a2 = (const double *) k->a[1];
  double x1 = x[-1], x2 = x[-2], y1 = y[-1], y2 = y[-2];
  size_t i;

  for (i = 0; i < n; i++) {
    double x0 = x[i];
    double now = b0[i] * x0 + b1[i] * x1 + b2[i] * x2 - a2[i] * y2 - a1[i] * y1;

    x2 = x1;
    x1 = x0;
    y2 = y1;
    y1 = y[i] = now;
    out[i] = (float) now + 0.0f;
  }
}

/* Two channels at once */
static void
move_two (const Moving * k, const float *x, Pair * y, float *out, size_t n)
{
  const double *b0 = (const double *) k->b[0], *b1 = (const double *) k->b[1];
  const double *b2 = (const double *) k->b[2], *a1 = (const double *) k->a[0];
  const double *a2 = (const double *) k->a[1];
  Pair x1 = { x[-2], x[-1] }, x2 = { x[-4], x[-3] };
  Pair y1 = y[-1], y2 = y[-2];
  size_t i;

  for (i = 0; i < n; i++) {
    Pair x0 = { x[2 * i], x[2 * i + 1] };
    Pair now = b0[i] * x0 + b1[i] * x1 + b2[i] * x2 - a2[i] * y2 - a1[i] * y1;

    x2 = x1;
    x1 = x0;
    y2 = y1;
    y1 = y[i] = now;
    out[2 * i] = (float) now[0] + 0.0f;
    out[2 * i + 1] = (float) now[1] + 0.0f;
  }
}

/* From frame @begin to frame @end, whose coefficients are the first of @k */
static void
move (const Moving * k, WebAudioRecursionFrames * frames, unsigned lanes,
    size_t begin, size_t end)
{
  size_t at = (WEBAUDIO_RECURSION_REACH + begin) * lanes;

  if (lanes == 1)
    move_one (k, frames->x + at, frames->y + at, frames->out + at, end - begin);
  else
    move_two (k, frames->x + at, (Pair *) (frames->y + at), frames->out + at,
        end - begin);
}

/* Up to the end of a quantum, of which the first frame is at @phase of its
 * group, and @still stand still */
static void
filter_frames (WebAudioBiquad * self, const WebAudioBiquadMotion * motion,
    float *const *out, const float *const *in, unsigned phase, size_t still,
    size_t n)
{
  WebAudioBiquadSetting first;
  WebAudioBiquadMotion rest;
  WebAudioRecursionFrames frames;
  unsigned channels = self->past.channels, c;
  Moving moving;

  get_setting (motion, 0, &first);
  advance (motion, still, &rest);
  if (still > 0)
    stand (self, &first);
  if (still < n) {
    find_coefficients (self->type, self->nyquist, &rest, n - still, &moving);
    take_coefficients (&moving, n - still - 1, &self->coefficients);
    self->stands = false;
  }
  for (c = 0; c < channels; c += 2) {
    unsigned lanes = channels - c < 2 ? 1 : 2;

    webaudio_recursion_load (&self->past, c, lanes, in + c, n, &frames);
    if (still > 0)
      webaudio_look_ahead_filter (&self->ahead, &frames, lanes, phase, still);
    if (still < n)
      move (&moving, &frames, lanes, still, n);
    webaudio_recursion_store (&self->past, c, lanes, out + c, n, &frames);
  }
}

/* A bound of the impulse response of 1 / A(z). */
static double
find_peak (const double *a)
{
  double d = a[1] * a[1] / 4 - a[2];
  double radius = d < 0 ? sqrt (a[2]) : fabs (a[1]) / 2 + sqrt (d);
  double peak = radius < 1 ? 1 / (1 - radius) : INFINITY;

  return d < 0 ? fmin (peak, 1 / sqrt (-d)) : peak;
}

static bool
conclude (WebAudioBiquad * self, unsigned channels,
    WebAudioInterpretation interpretation)
{
  const WebAudioBiquadCoefficients *k = &self->coefficients;
  WebAudioRecursionFilter filter = { k->b, k->a, 0 };

  if (webaudio_recursion_is_settling (&self->past, channels))
    filter.peak = find_peak (k->a);
  return webaudio_recursion_conclude (&self->past, &filter, channels,
      interpretation);
}

void
webaudio_biquad_process (WebAudioBiquad * self, uint64_t frame,
    WebAudioBiquadType type, const WebAudioBiquadMotion * motion,
    float *const *out, const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n)
{
  const float *from[WEBAUDIO_MAX_CHANNELS];
  float *to[WEBAUDIO_MAX_CHANNELS];
  WebAudioBiquadMotion rest;
  bool narrowed = false;
  size_t at, count, still;
  unsigned c;

  for (at = 0; at < n; at += count) {
    count = QUANTUM - (frame + at) % QUANTUM;
    if (count > n - at)
      count = n - at;
    for (c = 0; c < self->past.channels; c++) {
      from[c] = in[c] + at;
      to[c] = out[c] + at;
    }
    advance (motion, at, &rest);
    still = follow (self, frame + at, type, &rest, count);
    webaudio_recursion_listen (&self->past, from, count);
    if (webaudio_recursion_is_at_rest (&self->past)) {
      for (c = 0; c < self->past.channels; c++)
        memset (to[c], 0, count * sizeof (float));
    } else {
      filter_frames (self, &rest, to, from,
          (frame + at) % WEBAUDIO_RECURSION_GROUP, still, count);
    }
    if ((frame + at + count) % QUANTUM == 0)
      narrowed |= conclude (self, channels, interpretation);
  }
  if (narrowed)
    self->past.channels = channels;
}
