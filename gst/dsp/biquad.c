/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filters of a BiquadFilterNode. What limits them is that each frame waits
 * for the one before; so two channels are computed as one vector, and what does
 * not depend on y comes first. */

#include "biquad.h"

#include <math.h>
#include <string.h>

#define QUANTUM WEBAUDIO_RECURSION_QUANTUM

/* The largest Q in dB for which 10^(Q / 20) is a float */
#define MAX_Q_DB 770.63678
/* What counts as 0, so that quotients are numbers */
#define NO_GAIN 1e-150
#define NO_Q 1e-100
#define LOG2_10 3.32192809488736234787

/* Two frames, or two channels; GCC and clang know it on every processor. */
typedef double Pair __attribute__((vector_size (16)));

/* Loads and stores through this may be unaligned. */
typedef double LoosePair __attribute__((vector_size (16),
        aligned (__alignof__ (double)), may_alias));

/* Coefficients */

/* Sine of a quarter cycle times @t, 0 to 1: the Taylor series, whose relative
 * error is at most 4e-16. Each frame's coefficients come from the same
 * operations, alone or in a pair. */
static inline Pair
quarter_sine (Pair t)
{
  Pair square = t * t;
  Pair sum = square * -1.2538995405351687e-18 + 2.5714228928604381e-16;

  sum = sum * square - 4.3770654673133727e-14;
  sum = sum * square + 6.0669357311061957e-12;
  sum = sum * square - 6.6880351098114680e-10;
  sum = sum * square + 5.6921729219679278e-08;
  sum = sum * square - 3.5988432352120856e-06;
  sum = sum * square + 0.00016044118478735983;
  sum = sum * square - 0.0046817541353186884;
  sum = sum * square + 0.079692626246167049;
  sum = sum * square - 0.6459640975062463;
  sum = sum * square + 1.5707963267948966;
  return sum * t;
}

/* What the formulas need of two frames. */
typedef struct
{
  Pair frequency;               /* 1 is half of the sample rate */
  Pair q;                       /* linear */
  Pair gain;                    /* A of the specification, linear */
} Point;

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

static inline Pair
square_root (Pair x)
{
  return (Pair) {
  sqrt (x[0]), sqrt (x[1])};
}

/* The formulas of a lowshelf, halved, with the sine @s and the cosine @c of half
 * the angle; those of a highshelf are the same with both exchanged. */
static inline void
shelf (Formula * f, Pair s, Pair c, Pair A)
{
  Pair low = s * s, high = c * c;
  Pair slope = M_SQRT2 * square_root (A) * s * c;

  set_formula (f, A * (A * low + high + slope), 2 * A * (A * low - high),
      A * (A * low + high - slope), A * high + low + slope,
      2 * (low - A * high), A * high + low - slope);
}

static inline void
evaluate (WebAudioBiquadType type, const Point * point, Formula * f)
{
  const Pair one = { 1, 1 };
  /* of half the angle, so that 1 - cosine is exact for low frequencies */
  Pair s = quarter_sine (point->frequency);
  Pair c = quarter_sine (one - point->frequency);
  Pair sine = 2 * s * c, cosine = (c - s) * (c + s);
  Pair alpha = sine / (2 * point->q), A = point->gain;
  Pair middle = -2 * cosine;

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
      shelf (f, s, c, A);
      break;
    case WEBAUDIO_BIQUAD_HIGHSHELF:
      shelf (f, c, s, A);
      f->b[1] = -f->b[1];
      f->a[0] = -f->a[0];
      break;
    case WEBAUDIO_BIQUAD_PEAKING:
      set_formula (f, 1 + alpha * A, middle, 1 - alpha * A, 1 + alpha / A,
          middle, 1 - alpha / A);
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

/* Takes one of the two frames of a formula. */
static inline void
finish (WebAudioBiquadType type, double frequency, double q, double A,
    const Formula * f, size_t lane, WebAudioBiquadCoefficients * out)
{
  double factor;

  out->b[0] = f->b[0][lane];
  out->b[1] = f->b[1][lane];
  out->b[2] = f->b[2][lane];
  out->a[0] = 1;
  out->a[1] = f->a[0][lane];
  out->a[2] = f->a[1][lane];
  if (find_limit (type, frequency, q, A, &factor))
    *out = (WebAudioBiquadCoefficients) { {
    factor, 0, 0}
    , {
    1, 0, 0}
    };
}

/* Keeps the power that was computed last, for most parameters stand still. */
typedef struct
{
  double exponent;
  double power;
} Power;

static inline double
raise (Power * power, double exponent)
{
  if (exponent != power->exponent) {
    power->exponent = exponent;
    power->power = exp2 (exponent);
  }
  return power->power;
}

/* The frequency of one frame, as in a Point; what is no number (0 Hz, infinitely
 * detuned) is 0. */
static inline double
get_frequency (const WebAudioBiquadSetting * setting, double nyquist,
    Power * power)
{
  double frequency = setting->frequency / nyquist
      * raise (power, setting->detune / 1200);

  return !(frequency > 0) ? 0 : frequency < 1 ? frequency : 1;
}

static inline double
get_q (const WebAudioBiquadSetting * setting, WebAudioBiquadType type,
    Power * power)
{
  double q = setting->q;

  if (!is_q_in_db (type))
    return q;
  q = q > MAX_Q_DB ? MAX_Q_DB : q < -MAX_Q_DB ? -MAX_Q_DB : q;
  return raise (power, q * (LOG2_10 / 20));
}

static inline double
get_gain (const WebAudioBiquadSetting * setting, WebAudioBiquadType type,
    Power * power)
{
  return has_gain (type) ? raise (power, setting->gain * (LOG2_10 / 40)) : 1;
}

void
webaudio_biquad_coefficients (WebAudioBiquadType type, double rate,
    const WebAudioBiquadSetting * setting, WebAudioBiquadCoefficients * out,
    size_t n)
{
  Power detune = { 0, 1 }, q = { 0, 1 }, gain = { 0, 1 };
  size_t i;

  for (i = 0; i < n; i += 2) {
    const WebAudioBiquadSetting *one = setting + i;
    const WebAudioBiquadSetting *other = i + 1 < n ? one + 1 : one;
    /* written so that the pairs are made in registers */
    double frequency0 = get_frequency (one, rate / 2, &detune);
    double frequency1 = get_frequency (other, rate / 2, &detune);
    double q0 = get_q (one, type, &q), q1 = get_q (other, type, &q);
    double gain0 = get_gain (one, type, &gain);
    double gain1 = get_gain (other, type, &gain);
    const Point point = { {frequency0, frequency1}, {q0, q1}, {gain0, gain1} };
    Formula formula;

    evaluate (type, &point, &formula);
    finish (type, frequency0, q0, gain0, &formula, 0, out + i);
    if (other != one)
      finish (type, frequency1, q1, gain1, &formula, 1, out + i + 1);
  }
}

/* Filtering */

void
webaudio_biquad_init (WebAudioBiquad * self, double rate)
{
  static const WebAudioBiquadSetting setting = { 350, 0, 1, 0 };

  webaudio_recursion_init (&self->past, 2, rate);
  self->nyquist = rate / 2;
  self->type = WEBAUDIO_BIQUAD_LOWPASS;
  self->setting = setting;
  webaudio_biquad_coefficients (self->type, rate, &setting,
      &self->coefficients, 1);
}

void
webaudio_biquad_clear (WebAudioBiquad * self)
{
  webaudio_recursion_clear (&self->past);
}

/* One channel. @step is 1 where each frame has coefficients of its own, else
 * 0. */
static inline void
filter_one (WebAudioRecursion * past, size_t c,
    const WebAudioBiquadCoefficients * k, size_t step, float *out,
    const float *in, size_t n)
{
  double *xs = past->x + c, *ys = past->y + c;
  const size_t row = WEBAUDIO_MAX_CHANNELS;
  double x1 = xs[0], x2 = xs[row], y1 = ys[0], y2 = ys[row];
  size_t i;

  for (i = 0; i < n; i++, k += step) {
    double x = in[i];
    double y = k->b[0] * x + k->b[1] * x1 + k->b[2] * x2 - k->a[2] * y2
        - k->a[1] * y1;

    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    out[i] = (float) y;
  }
  xs[0] = x1;
  xs[row] = x2;
  ys[0] = y1;
  ys[row] = y2;
}

/* The same with two channels at once */
static inline void
filter_two (WebAudioRecursion * past, size_t c,
    const WebAudioBiquadCoefficients * k, size_t step, float *out0, float *out1,
    const float *in0, const float *in1, size_t n)
{
  LoosePair *xs = (LoosePair *) (past->x + c);
  LoosePair *ys = (LoosePair *) (past->y + c);
  const size_t row = WEBAUDIO_MAX_CHANNELS / 2;
  Pair x1 = xs[0], x2 = xs[row], y1 = ys[0], y2 = ys[row];
  size_t i;

  for (i = 0; i < n; i++, k += step) {
    Pair x = { in0[i], in1[i] };
    Pair y = k->b[0] * x + k->b[1] * x1 + k->b[2] * x2 - k->a[2] * y2
        - k->a[1] * y1;

    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    out0[i] = (float) y[0];
    out1[i] = (float) y[1];
  }
  xs[0] = x1;
  xs[row] = x2;
  ys[0] = y1;
  ys[row] = y2;
}

static void
filter_still (WebAudioRecursion * past, size_t c, size_t lanes,
    const WebAudioBiquadCoefficients * k, float *const *out,
    const float *const *in, size_t n)
{
  const WebAudioBiquadCoefficients still = *k;

  if (lanes == 1)
    filter_one (past, c, &still, 0, out[0], in[0], n);
  else
    filter_two (past, c, &still, 0, out[0], out[1], in[0], in[1], n);
}

static void
filter_moving (WebAudioRecursion * past, size_t c, size_t lanes,
    const WebAudioBiquadCoefficients * k, float *const *out,
    const float *const *in, size_t n)
{
  if (lanes == 1)
    filter_one (past, c, k, 1, out[0], in[0], n);
  else
    filter_two (past, c, k, 1, out[0], out[1], in[0], in[1], n);
}

/* Whether all of @values are the first one, which becomes *@value. */
static bool
stands_still (const double *values, double *value, size_t n)
{
  size_t i;

  if (!values)
    return true;
  for (i = 1; i < n && values[i] == values[0]; i++);
  *value = values[0];
  return i == n;
}

/* Finds the coefficients of up to a quantum of frames from number @at of the
 * motion on: those of each, in @moving, which is returned, or those of all, in
 * @self. */
static const WebAudioBiquadCoefficients *
get_coefficients (WebAudioBiquad * self, WebAudioBiquadType type,
    const WebAudioBiquadMotion * motion, size_t at, size_t n,
    WebAudioBiquadCoefficients * moving)
{
  const double *frequency = motion->frequency ? motion->frequency + at : NULL;
  const double *detune = motion->detune ? motion->detune + at : NULL;
  const double *q = motion->q ? motion->q + at : NULL;
  const double *gain = motion->gain ? motion->gain + at : NULL;
  WebAudioBiquadSetting settings[QUANTUM];
  WebAudioBiquadSetting still = motion->still;
  bool moves = !stands_still (frequency, &still.frequency, n);
  size_t i;

  moves |= !stands_still (detune, &still.detune, n);
  moves |= !stands_still (q, &still.q, n);
  moves |= !stands_still (gain, &still.gain, n);
  if (!moves) {
    if (type != self->type
        || memcmp (&still, &self->setting, sizeof still) != 0) {
      self->type = type;
      self->setting = still;
      webaudio_biquad_coefficients (type, 2 * self->nyquist, &still,
          &self->coefficients, 1);
    }
    return NULL;
  }
  for (i = 0; i < n; i++) {
    settings[i].frequency = frequency ? frequency[i] : still.frequency;
    settings[i].detune = detune ? detune[i] : still.detune;
    settings[i].q = q ? q[i] : still.q;
    settings[i].gain = gain ? gain[i] : still.gain;
  }
  webaudio_biquad_coefficients (type, 2 * self->nyquist, settings, moving, n);
  self->type = type;
  self->setting = settings[n - 1];
  self->coefficients = moving[n - 1];
  return moving;
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

/* Up to the end of a quantum, with the parameters from number @at on. */
static void
filter_frames (WebAudioBiquad * self, WebAudioBiquadType type,
    const WebAudioBiquadMotion * motion, float *const *out,
    const float *const *in, size_t at, size_t n)
{
  WebAudioBiquadCoefficients moving[QUANTUM];
  const WebAudioBiquadCoefficients *each =
      get_coefficients (self, type, motion, at, n, moving);
  unsigned channels = self->past.channels, c;

  for (c = 0; c < channels; c += 2) {
    if (each)
      filter_moving (&self->past, c, channels - c, each, out + c, in + c, n);
    else
      filter_still (&self->past, c, channels - c, &self->coefficients, out + c,
          in + c, n);
  }
}

void
webaudio_biquad_process (WebAudioBiquad * self, uint64_t frame,
    WebAudioBiquadType type, const WebAudioBiquadMotion * motion,
    float *const *out, const float *const *in, unsigned channels,
    WebAudioInterpretation interpretation, size_t n)
{
  const float *from[WEBAUDIO_MAX_CHANNELS];
  float *to[WEBAUDIO_MAX_CHANNELS];
  bool narrowed = false;
  size_t at, count;
  unsigned c;

  for (at = 0; at < n; at += count) {
    count = QUANTUM - (frame + at) % QUANTUM;
    if (count > n - at)
      count = n - at;
    for (c = 0; c < self->past.channels; c++) {
      from[c] = in[c] + at;
      to[c] = out[c] + at;
    }
    webaudio_recursion_listen (&self->past, from, count);
    if (webaudio_recursion_is_at_rest (&self->past)) {
      for (c = 0; c < self->past.channels; c++)
        memset (to[c], 0, count * sizeof (float));
    } else {
      filter_frames (self, type, motion, to, from, at, count);
    }
    if ((frame + at + count) % QUANTUM == 0)
      narrowed |= conclude (self, channels, interpretation);
  }
  if (narrowed)
    self->past.channels = channels;
}
