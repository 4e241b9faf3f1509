/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the biquad kernel: against the formulas of the specification
 * and a filter of one line, in long double. */

#include "check-filter.h"
#include "dsp/biquad.h"
#include "dsp/response.h"

#define N_TYPES 8
#define LENGTH 5000

typedef long double Real;

/* What the specification says, letter by letter */
static void
direct (WebAudioBiquadType type, const WebAudioBiquadSetting * s,
    Real * b, Real * a)
{
  Real f0 = s->frequency * exp2l (s->detune / 1200.0L);
  Real A = powl (10, s->gain / 40), w = 2 * acosl (-1) * f0 / RATE;
  Real aq = sinl (w) / (2 * s->q);
  Real adb = sinl (w) / (2 * powl (10, s->q / 20.0L));
  Real as = sinl (w) / 2 * sqrtl (2), c = cosl (w), r = 2 * as * sqrtl (A);
  guint i;

  switch (type) {
    case WEBAUDIO_BIQUAD_LOWPASS:
    case WEBAUDIO_BIQUAD_HIGHPASS:
      b[1] = type == WEBAUDIO_BIQUAD_LOWPASS ? 1 - c : -(1 + c);
      b[0] = b[2] = fabsl (b[1]) / 2;
      a[0] = 1 + adb;
      a[1] = -2 * c;
      a[2] = 1 - adb;
      break;
    case WEBAUDIO_BIQUAD_LOWSHELF:
      b[0] = A * ((A + 1) - (A - 1) * c + r);
      b[1] = 2 * A * ((A - 1) - (A + 1) * c);
      b[2] = A * ((A + 1) - (A - 1) * c - r);
      a[0] = (A + 1) + (A - 1) * c + r;
      a[1] = -2 * ((A - 1) + (A + 1) * c);
      a[2] = (A + 1) + (A - 1) * c - r;
      break;
    case WEBAUDIO_BIQUAD_HIGHSHELF:
      b[0] = A * ((A + 1) + (A - 1) * c + r);
      b[1] = -2 * A * ((A - 1) + (A + 1) * c);
      b[2] = A * ((A + 1) + (A - 1) * c - r);
      a[0] = (A + 1) - (A - 1) * c + r;
      a[1] = 2 * ((A - 1) - (A + 1) * c);
      a[2] = (A + 1) - (A - 1) * c - r;
      break;
    case WEBAUDIO_BIQUAD_PEAKING:
      b[0] = 1 + aq * A;
      b[1] = a[1] = -2 * c;
      b[2] = 1 - aq * A;
      a[0] = 1 + aq / A;
      a[2] = 1 - aq / A;
      break;
    default:
      b[0] = type == WEBAUDIO_BIQUAD_NOTCH ? 1 :
          type == WEBAUDIO_BIQUAD_BANDPASS ? aq : 1 - aq;
      b[1] = type == WEBAUDIO_BIQUAD_BANDPASS ? 0 : -2 * c;
      b[2] = type == WEBAUDIO_BIQUAD_NOTCH ? 1 :
          type == WEBAUDIO_BIQUAD_BANDPASS ? -aq : 1 + aq;
      a[0] = 1 + aq;
      a[1] = -2 * c;
      a[2] = 1 - aq;
      break;
  }
  for (i = 0; i < 3; i++)
    b[i] /= a[0];
  a[1] /= a[0];
  a[2] /= a[0];
}

GST_START_TEST (test_coefficients)
{
  static const double frequencies[] = { 1, 20, 350, 1000, 11999, 12000, 23000,
    23990
  };
  static const double qs[] = { 1e-6, 0.5, 1, 12, 700 };
  static const double gains[] = { -60, -30, 0, 6, 40, 60 };
  guint f, q, g, i;

  for (f = 0; f < G_N_ELEMENTS (frequencies); f++) {
    for (q = 0; q < G_N_ELEMENTS (qs); q++) {
      for (g = 0; g < G_N_ELEMENTS (gains); g++) {
        WebAudioBiquadSetting setting = { frequencies[f] / 2, 1200, qs[q],
          gains[g]
        };
        WebAudioBiquadCoefficients is;
        Real b[3], a[3], scale;

        direct ((WebAudioBiquadType) __i__, &setting, b, a);
        webaudio_biquad_coefficients ((WebAudioBiquadType) __i__, RATE,
            &setting, &is, 1);
        scale = fmaxl (fmaxl (fabsl (b[0]), fabsl (b[1])), fabsl (b[2]));
        for (i = 0; i < 3; i++) {
          assert_near (is.b[i], b[i], 2e-12 * scale, i);
          if (i > 0)
            assert_near (is.a[i], a[i], 1e-14, i);
        }
      }
    }
  }
}

GST_END_TEST;

/* Low frequencies lose no digits where they are squared. */
GST_START_TEST (test_low_frequency)
{
  WebAudioBiquadSetting setting = { 1e-5, 0, 1, 0 };
  WebAudioBiquadCoefficients is;
  Real b[3], a[3];
  guint i;

  direct (WEBAUDIO_BIQUAD_LOWPASS, &setting, b, a);
  /* 1 - cos loses them */
  b[0] = sinl (acosl (-1) * 1e-5L / RATE);
  b[0] *= b[0] / (1 + sinl (2 * acosl (-1) * 1e-5L / RATE) / 2
      / powl (10, 1 / 20.0L));
  webaudio_biquad_coefficients (WEBAUDIO_BIQUAD_LOWPASS, RATE, &setting, &is,
      1);
  for (i = 0; i < 3; i++)
    fail_unless (fabsl (is.b[i] / b[0] - (i == 1 ? 2 : 1)) < 1e-14);
}

GST_END_TEST;

typedef struct
{
  WebAudioBiquadType type;
  WebAudioBiquadSetting setting;
  double factor;
} Limit;

/* What the formulas tend to where they have no value, is a mere factor. */
GST_START_TEST (test_limits)
{
  static const Limit limits[] = {
    {WEBAUDIO_BIQUAD_LOWPASS, {0, 0, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_LOWPASS, {-5, 0, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_LOWPASS, {24000, 0, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_LOWPASS, {13000, 1200, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_LOWPASS, {0, INFINITY, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_LOWPASS, {1, INFINITY, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_LOWPASS, {1, -INFINITY, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_HIGHPASS, {0, 0, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_HIGHPASS, {1e30, 0, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_BANDPASS, {0, 0, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_BANDPASS, {24000, 0, 1, 0}, 0},
    {WEBAUDIO_BIQUAD_BANDPASS, {1000, 0, 0, 0}, 1},
    {WEBAUDIO_BIQUAD_BANDPASS, {1000, 0, -3, 0}, 1},
    {WEBAUDIO_BIQUAD_BANDPASS, {0, 0, 0, 0}, 0},
    {WEBAUDIO_BIQUAD_LOWSHELF, {0, 0, 1, 20}, 1},
    {WEBAUDIO_BIQUAD_LOWSHELF, {24000, 0, 1, 20}, 10},
    {WEBAUDIO_BIQUAD_LOWSHELF, {1000, 0, 1, -1e30}, 0},
    {WEBAUDIO_BIQUAD_HIGHSHELF, {0, 0, 1, 20}, 10},
    {WEBAUDIO_BIQUAD_HIGHSHELF, {24000, 0, 1, 20}, 1},
    {WEBAUDIO_BIQUAD_HIGHSHELF, {1000, 0, 1, -1e30}, 0},
    {WEBAUDIO_BIQUAD_PEAKING, {0, 0, 1, 20}, 1},
    {WEBAUDIO_BIQUAD_PEAKING, {24000, 0, 1, 20}, 1},
    {WEBAUDIO_BIQUAD_PEAKING, {1000, 0, 0, 20}, 10},
    {WEBAUDIO_BIQUAD_PEAKING, {1000, 0, 1, -1e30}, 0},
    {WEBAUDIO_BIQUAD_NOTCH, {0, 0, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_NOTCH, {24000, 0, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_NOTCH, {1000, 0, 0, 0}, 0},
    {WEBAUDIO_BIQUAD_ALLPASS, {0, 0, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_ALLPASS, {24000, 0, 1, 0}, 1},
    {WEBAUDIO_BIQUAD_ALLPASS, {1000, 0, 0, 0}, -1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (limits); i++) {
    WebAudioBiquadCoefficients k;

    webaudio_biquad_coefficients (limits[i].type, RATE, &limits[i].setting, &k,
        1);
    assert_near (k.b[0], limits[i].factor, 1e-14, i);
    fail_unless (k.b[1] == 0 && k.b[2] == 0 && k.a[1] == 0 && k.a[2] == 0);
  }
}

GST_END_TEST;

/* Whatever the parameters, coefficients are numbers. */
GST_START_TEST (test_finite)
{
  static const double values[] = { -3.4e38, -770, -1e-300, 0, 1e-300, 1e-40, 1,
    770.6, 1541, 24000, 3.4e38
  };
  const guint n = G_N_ELEMENTS (values);
  guint i, j;

  for (i = 0; i < n * n * n * n; i++) {
    WebAudioBiquadSetting setting = { values[i % n], values[i / n % n],
      values[i / n / n % n], MIN (values[i / n / n / n], 1541)
    };
    WebAudioBiquadCoefficients k;

    webaudio_biquad_coefficients ((WebAudioBiquadType) __i__, RATE, &setting,
        &k, 1);
    for (j = 0; j < 3; j++)
      check_that (isfinite (k.b[j]) && isfinite (k.a[j]), "%g Hz, %g cents, "
          "Q %g, %g dB", setting.frequency, setting.detune, setting.q,
          setting.gain);
    check_that (fabs (k.a[2]) <= 1 && fabs (k.a[1]) <= 2, "unstable");
  }
}

GST_END_TEST;

/* Parameters that move, each in a way of its own, with a rest in between */
static void
make_motion (WebAudioBiquadMotion * motion)
{
  static double values[4][LENGTH];
  guint i;

  for (i = 0; i < LENGTH; i++) {
    guint at = CLAMP (i, 1000, 3000);

    values[0][i] = 2000 + 1500 * sin (at * 0.01);
    values[1][i] = 300 * cos (at * 0.02);
    values[2][i] = 3 + 2 * sin (at * 0.005);
    values[3][i] = 10 * sin (at * 0.003);
  }
  *motion = (WebAudioBiquadMotion) {
    values[0], values[1], values[2], values[3], {
    350, 0, 1, 0}
  };
}

static WebAudioBiquadSetting
setting_at (const WebAudioBiquadMotion * motion, guint i)
{
  WebAudioBiquadSetting setting = motion->still;

  if (motion->frequency)
    setting.frequency = motion->frequency[i];
  if (motion->detune)
    setting.detune = motion->detune[i];
  if (motion->q)
    setting.q = motion->q[i];
  if (motion->gain)
    setting.gain = motion->gain[i];
  return setting;
}

static WebAudioBiquadMotion
motion_at (const WebAudioBiquadMotion * motion, guint i)
{
  WebAudioBiquadMotion moved = *motion;

  moved.frequency = motion->frequency ? motion->frequency + i : NULL;
  moved.detune = motion->detune ? motion->detune + i : NULL;
  moved.q = motion->q ? motion->q + i : NULL;
  moved.gain = motion->gain ? motion->gain + i : NULL;
  return moved;
}

static void
process (WebAudioBiquad * biquad, guint64 frame, WebAudioBiquadType type,
    const WebAudioBiquadMotion * motion, float **out, float **in,
    guint channels, size_t n)
{
  webaudio_biquad_process (biquad, frame, type, motion, out,
      (const float *const *) in, channels,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, n);
}

/* Renders one channel from frame 0. */
static void
filter (WebAudioBiquadType type, const WebAudioBiquadMotion * motion,
    const float *in, float *out, size_t n)
{
  WebAudioBiquad biquad;
  float *plane = out;

  memmove (out, in, n * sizeof (float));
  webaudio_biquad_init (&biquad, RATE);
  process (&biquad, 0, type, motion, &plane, &plane, 1, n);
  webaudio_biquad_clear (&biquad);
}

static float noise[LENGTH], rendered[LENGTH], again[LENGTH];

static void
expect_direct (WebAudioBiquadType type, const WebAudioBiquadMotion * motion)
{
  Real x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  guint i;

  fill_with_noise (noise, LENGTH, 1);
  filter (type, motion, noise, rendered, LENGTH);
  for (i = 0; i < LENGTH; i++) {
    WebAudioBiquadSetting setting = setting_at (motion, i);
    Real b[3], a[3], y;

    direct (type, &setting, b, a);
    y = b[0] * noise[i] + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2;
    x2 = x1;
    x1 = noise[i];
    y2 = y1;
    y1 = y;
    assert_near (rendered[i], y, 1e-7 * fmaxl (1, fabsl (y)), i);
  }
}

GST_START_TEST (test_filter)
{
  WebAudioBiquadMotion motion;

  make_motion (&motion);
  expect_direct ((WebAudioBiquadType) __i__, &motion);
  motion.q = motion.gain = NULL;
  expect_direct ((WebAudioBiquadType) __i__, &motion);
  motion.frequency = motion.detune = NULL;
  expect_direct ((WebAudioBiquadType) __i__, &motion);
}

GST_END_TEST;

GST_START_TEST (test_any_chunks_give_the_same_bits)
{
  WebAudioBiquadMotion motion;
  WebAudioBiquad biquad;
  guint32 state = 7;
  size_t at, n;

  make_motion (&motion);
  fill_with_noise (noise, LENGTH, 1);
  /* silence too */
  memset (noise + 1500, 0, 700 * sizeof (float));
  filter ((WebAudioBiquadType) __i__, &motion, noise, rendered, LENGTH);
  webaudio_biquad_init (&biquad, RATE);
  for (at = 0; at < LENGTH; at += n) {
    WebAudioBiquadMotion part = motion_at (&motion, at);
    float *in = noise + at, *out = again + at;

    n = next_length (&state, LENGTH - at);
    process (&biquad, at, (WebAudioBiquadType) __i__, &part, &out, &in, 1, n);
  }
  assert_floats_equal (again, rendered, LENGTH);
  webaudio_biquad_clear (&biquad);
}

GST_END_TEST;

/* Renders noise whose filter's type changes in the middle of a quantum, cut at
 * random where @state is not 0. */
static void
render_steps (const WebAudioBiquadMotion * motion, guint first, guint32 state,
    float *out)
{
  static const size_t ends[] = { 1601, 2050, LENGTH };
  WebAudioBiquad biquad;
  size_t at, n;
  guint i = 0;

  webaudio_biquad_init (&biquad, RATE);
  for (at = 0; at < LENGTH; at += n) {
    WebAudioBiquadMotion part = motion_at (motion, at);
    float *to = out + at, *from = noise + at;

    i += at == ends[i];
    n = state ? next_length (&state, ends[i] - at) : ends[i] - at;
    process (&biquad, at, (WebAudioBiquadType) ((first + i) % N_TYPES), &part,
        &to, &from, 1, n);
  }
  webaudio_biquad_clear (&biquad);
}

/* Parameters that jump anywhere, and rest long enough for groups of frames */
GST_START_TEST (test_steps)
{
  static const guint steps[] = { 1, 37, 130, 131, 256, 300, 511, 512, 900, 1025,
    1400, 1601, 2052, 3000
  };
  static double frequency[LENGTH];
  WebAudioBiquadMotion motion = { frequency, NULL, NULL, NULL, {0, 30, 2, 5} };
  guint i, k = 0;

  for (i = 0; i < LENGTH; i++) {
    k += k < G_N_ELEMENTS (steps) && i == steps[k];
    frequency[i] = 300 + 70 * k;
  }
  expect_direct ((WebAudioBiquadType) __i__, &motion);
  /* silence too, that ends in a quantum in which something jumps */
  memset (noise, 0, 135 * sizeof (float));
  render_steps (&motion, __i__, 0, rendered);
  for (i = 1; i < 20; i++) {
    render_steps (&motion, __i__, i, again);
    assert_same (again, rendered, LENGTH);
  }
}

GST_END_TEST;

/* After a reset in the middle of a quantum nothing is left of what jumped. */
GST_START_TEST (test_reset)
{
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {700, 0, 5, 0}
  };
  WebAudioBiquadMotion other = { NULL, NULL, NULL, NULL, {900, 0, 5, 0}
  };
  float *in = noise, *out = again;
  WebAudioBiquad biquad;

  fill_with_noise (noise, LENGTH, 1);
  webaudio_biquad_init (&biquad, RATE);
  process (&biquad, 1034, WEBAUDIO_BIQUAD_PEAKING, &motion, &out, &in, 1, 500);
  memcpy (rendered, again, sizeof again);
  webaudio_biquad_reset (&biquad);
  process (&biquad, 1026, WEBAUDIO_BIQUAD_PEAKING, &other, &out, &in, 1, 4);
  process (&biquad, 1030, WEBAUDIO_BIQUAD_PEAKING, &motion, &out, &in, 1, 4);
  webaudio_biquad_reset (&biquad);
  process (&biquad, 1034, WEBAUDIO_BIQUAD_PEAKING, &motion, &out, &in, 1, 500);
  assert_same (again, rendered, 500);
  webaudio_biquad_clear (&biquad);
}

GST_END_TEST;

/* Constant arrays are nothing else than no arrays. */
GST_START_TEST (test_still)
{
  static double frequency[LENGTH], gain[LENGTH];
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {700, 30, 2, 5} };
  guint i;

  fill_with_noise (noise, LENGTH, 1);
  filter ((WebAudioBiquadType) __i__, &motion, noise, rendered, LENGTH);
  for (i = 0; i < LENGTH; i++) {
    frequency[i] = 700;
    gain[i] = 5;
  }
  motion.frequency = frequency;
  motion.gain = gain;
  motion.still.frequency = motion.still.gain = -1;
  filter ((WebAudioBiquadType) __i__, &motion, noise, again, LENGTH);
  assert_floats_equal (again, rendered, LENGTH);
}

GST_END_TEST;

/* Each channel is filtered like a single one, for every number of them. */
GST_START_TEST (test_channels)
{
  static float planes[WEBAUDIO_MAX_CHANNELS][1000], alone[1000];
  float *in[WEBAUDIO_MAX_CHANNELS];
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {700, 0, 2, 5} };
  guint channels, c;

  for (channels = 1; channels <= WEBAUDIO_MAX_CHANNELS; channels++) {
    WebAudioBiquad biquad;

    for (c = 0; c < channels; c++) {
      in[c] = planes[c];
      fill_with_noise (in[c], 1000, c + 1);
    }
    webaudio_biquad_init (&biquad, RATE);
    webaudio_recursion_widen (&biquad.past, channels,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
    process (&biquad, 0, WEBAUDIO_BIQUAD_PEAKING, &motion, in, in, channels,
        1000);
    for (c = 0; c < channels; c++) {
      fill_with_noise (alone, 1000, c + 1);
      filter (WEBAUDIO_BIQUAD_PEAKING, &motion, alone, alone, 1000);
      assert_floats_equal (planes[c], alone, 1000);
    }
    webaudio_biquad_clear (&biquad);
  }
}

GST_END_TEST;

/* What is not a number is gone with the quantum that it was in. */
GST_START_TEST (test_poison)
{
  static const float poisons[] = { NAN, INFINITY, -INFINITY };
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {700, 0, 2, 5} };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (poisons) * QUANTUM; i++) {
    fill_with_noise (noise, 1000, 1);
    noise[i % QUANTUM] = poisons[i / QUANTUM];
    filter ((WebAudioBiquadType) __i__, &motion, noise, rendered, 1000);
    filter ((WebAudioBiquadType) __i__, &motion, noise + QUANTUM, again,
        1000 - QUANTUM);
    assert_floats_equal (rendered + QUANTUM, again, 1000 - QUANTUM);
  }
}

GST_END_TEST;

/* Renders an impulse, then silence until the filter rests; returns how long. */
static guint64
ring (WebAudioBiquadType type, const WebAudioBiquadSetting * setting,
    double rate, double *loudest)
{
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, *setting };
  WebAudioBiquad biquad;
  float block[QUANTUM], *plane = block;
  guint64 frame = 0;
  guint i;

  webaudio_biquad_init (&biquad, rate);
  fail_unless (webaudio_recursion_is_at_rest (&biquad.past));
  do {
    memset (block, 0, sizeof block);
    block[0] = frame == 0;
    process (&biquad, frame, type, &motion, &plane, &plane, 1, QUANTUM);
    frame += QUANTUM;
    for (*loudest = 0, i = 0; i < QUANTUM; i++)
      *loudest = fmax (*loudest, fabs (block[i]));
    fail_unless (frame < 100 * rate);
  } while (!webaudio_recursion_is_at_rest (&biquad.past));
  memset (block, 0, sizeof block);
  process (&biquad, frame, type, &motion, &plane, &plane, 1, QUANTUM);
  for (i = 0; i < QUANTUM; i++)
    fail_unless (block[i] == 0);
  webaudio_biquad_clear (&biquad);
  return frame;
}

GST_START_TEST (test_tail)
{
  WebAudioBiquadSetting resonant = { 300, 0, 60, 0 }, still = { 0, 0, 1, 0 };
  WebAudioBiquadSetting undamped = { 300, 0, 770, 0 }, slow = { 2, 0, 0, 0 };
  double loudest;
  guint64 frames;

  frames = ring (WEBAUDIO_BIQUAD_BANDPASS, &resonant, RATE, &loudest);
  /* 240 dB at the width of the band, and not a third more */
  fail_unless (frames > 60000 && frames < 90000, "%" G_GUINT64_FORMAT, frames);
  fail_unless (loudest < 1e-11);
  frames = ring (WEBAUDIO_BIQUAD_LOWPASS, &slow, RATE, &loudest);
  fail_unless (frames < 200000, "%" G_GUINT64_FORMAT, frames);
  fail_unless (loudest < 1e-11);
  frames = ring (WEBAUDIO_BIQUAD_HIGHPASS, &still, RATE, &loudest);
  fail_unless_equals_uint64 (frames, 2 * QUANTUM);
  /* one that would never end ends after 30 s */
  frames = ring (WEBAUDIO_BIQUAD_LOWPASS, &undamped, 3000, &loudest);
  fail_unless (frames >= 90000 && frames <= 90000 + 2 * QUANTUM);
}

GST_END_TEST;

#define SWITCH (8 * QUANTUM)

/* One channel becomes two: as if it had been two from the beginning. */
GST_START_TEST (test_wider)
{
  static float left[LENGTH], right[LENGTH], wide[2][LENGTH], narrow[LENGTH];
  float *ins[] = { left, right }, *outs[] = { wide[0], wide[1] };
  float *rest[] = { left + SWITCH, right + SWITCH };
  float *plane = narrow;
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {700, 0, 20, 5} };
  WebAudioBiquad biquad;

  fill_with_noise (left, LENGTH, 1);
  fill_with_noise (right, LENGTH, 2);
  memcpy (right, left, SWITCH * sizeof (float));
  webaudio_biquad_init (&biquad, RATE);
  webaudio_recursion_widen (&biquad.past, 2,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  process (&biquad, 0, WEBAUDIO_BIQUAD_LOWPASS, &motion, outs, ins, 2, LENGTH);
  webaudio_recursion_reset (&biquad.past);
  memcpy (narrow, left, sizeof narrow);
  process (&biquad, 0, WEBAUDIO_BIQUAD_LOWPASS, &motion, &plane, &plane, 1,
      SWITCH);
  assert_floats_equal (narrow, wide[0], SWITCH);
  webaudio_recursion_widen (&biquad.past, 2,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  process (&biquad, SWITCH, WEBAUDIO_BIQUAD_LOWPASS, &motion, rest, rest, 2,
      LENGTH - SWITCH);
  assert_floats_equal (rest[0], wide[0] + SWITCH, LENGTH - SWITCH);
  assert_floats_equal (rest[1], wide[1] + SWITCH, LENGTH - SWITCH);
  webaudio_biquad_clear (&biquad);
}

GST_END_TEST;

/* Two channels become one, but not before the second one's sound is gone. */
GST_START_TEST (test_narrower)
{
  static float left[16384], right[16384], alone[16384];
  float *planes[] = { left, right };
  WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {700, 0, 10, 5} };
  WebAudioBiquad biquad;
  guint64 frame, narrowed = 0;

  fill_with_noise (left, 16384, 1);
  memcpy (right, left, sizeof right);
  right[5] = 1;
  memcpy (alone, left, sizeof alone);
  filter (WEBAUDIO_BIQUAD_BANDPASS, &motion, alone, alone, 16384);
  webaudio_biquad_init (&biquad, RATE);
  webaudio_recursion_widen (&biquad.past, 2,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS);
  for (frame = 0; frame < 16384; frame += QUANTUM) {
    float *out[] = { planes[0] + frame, planes[1] + frame };

    process (&biquad, frame, WEBAUDIO_BIQUAD_BANDPASS, &motion, out, out,
        frame ? 1 : 2, QUANTUM);
    if (biquad.past.channels == 1 && !narrowed)
      narrowed = frame;
  }
  assert_floats_equal (left, alone, 16384);
  /* 240 dB of a band of 70 Hz */
  fail_unless (narrowed > 4000 && narrowed < 9000, "%" G_GUINT64_FORMAT,
      narrowed);
  for (frame = narrowed - QUANTUM; frame < narrowed; frame++)
    assert_near (right[frame], left[frame], 1e-10, frame);
  webaudio_biquad_clear (&biquad);
}

GST_END_TEST;

/* The response is what becomes of a long sine. */
GST_START_TEST (test_response)
{
  static const double frequencies[] = { 0, 1, 100, 1000, 5000, 23999, 24000 };
  static const double outside[] = { -1, 24000.01, NAN, INFINITY, -INFINITY };
  WebAudioBiquadSetting setting = { 1000, 0, 2, 6 };
  WebAudioBiquadCoefficients k;
  double magnitude, phase;
  guint i, n;

  webaudio_biquad_coefficients ((WebAudioBiquadType) __i__, RATE, &setting, &k,
      1);
  for (i = 0; i < G_N_ELEMENTS (frequencies); i++) {
    double w = 2 * M_PI * frequencies[i] / RATE;
    Real br = 0, bi = 0, ar = 0, ai = 0;

    for (n = 0; n < 3; n++) {
      br += k.b[n] * cosl (n * w);
      bi -= k.b[n] * sinl (n * w);
      ar += k.a[n] * cosl (n * w);
      ai -= k.a[n] * sinl (n * w);
    }
    webaudio_response (k.b, 3, k.a, 3, frequencies[i] * 2 / RATE, &magnitude,
        &phase);
    assert_near (magnitude, hypotl (br, bi) / hypotl (ar, ai), 1e-9, i);
    if (magnitude > 1e-6)
      assert_near (cos (phase - (atan2l (bi, br) - atan2l (ai, ar))), 1, 1e-9,
          i);
  }
  for (i = 0; i < G_N_ELEMENTS (outside); i++) {
    webaudio_response (k.b, 3, k.a, 3, outside[i] * 2 / RATE, &magnitude,
        &phase);
    fail_unless (isnan (magnitude) && isnan (phase));
  }
}

GST_END_TEST;

static Suite *
biquad_suite (void)
{
  Suite *s = suite_create ("biquad");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_coefficients, 0, N_TYPES);
  tcase_add_test (tc, test_low_frequency);
  tcase_add_test (tc, test_limits);
  tcase_add_loop_test (tc, test_finite, 0, N_TYPES);
  tcase_add_loop_test (tc, test_filter, 0, N_TYPES);
  tcase_add_loop_test (tc, test_any_chunks_give_the_same_bits, 0, N_TYPES);
  tcase_add_loop_test (tc, test_steps, 0, N_TYPES);
  tcase_add_test (tc, test_reset);
  tcase_add_loop_test (tc, test_still, 0, N_TYPES);
  tcase_add_test (tc, test_channels);
  tcase_add_loop_test (tc, test_poison, 0, N_TYPES);
  tcase_add_test (tc, test_tail);
  tcase_add_test (tc, test_wider);
  tcase_add_test (tc, test_narrower);
  tcase_add_loop_test (tc, test_response, 0, N_TYPES);
  return s;
}

GST_CHECK_MAIN (biquad);
