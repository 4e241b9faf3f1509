/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of head-related responses: against direct convolution in double
 * precision with the responses of a head that is made here. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/hrtf.h"

#define RATE 48000
#define QUANTUM 128
#define TAPS 200
#define STEP 15                 /* degrees */
#define N_DIRECTIONS (24 * 9)
#define FADE_HOPS 8

static float azimuths[N_DIRECTIONS];
static float elevations[N_DIRECTIONS];
static float responses[N_DIRECTIONS][2][TAPS];
static const WebAudioHrtfMeasurement measurement = {
  N_DIRECTIONS, azimuths, elevations, TAPS, responses[0][0], 44100
};

/* A head: an ear that is turned away hears later, less, and duller. */
static void
make_head (void)
{
  unsigned i, ear, k;

  for (i = 0; i < N_DIRECTIONS; i++) {
    azimuths[i] = (float) (i % 24 * STEP);
    elevations[i] = (float) ((int) (i / 24) * STEP - 45);
    for (ear = 0; ear < 2; ear++) {
      double side = sin (azimuths[i] * M_PI / 180)
          * cos (elevations[i] * M_PI / 180) * (ear ? 1 : -1);
      unsigned onset = (unsigned) lrint (20 - 12 * side);

      for (k = onset; k < TAPS; k++)
        responses[i][ear][k] = (float) ((1.2 + side)
            * exp ((onset - (double) k) * (0.08 + 0.04 * side))
            * cos ((k - onset) * (0.5 + 0.2 * side)));
    }
  }
}

/* Where a source is in one quantum */
typedef struct
{
  double azimuth;
  double elevation;
  double gain;
} Place;

typedef void (*PlaceFunc) (guint64 quantum, Place * place);

/* Renders in pieces of at most @piece frames. */
static void
render (WebAudioHrtf * hrtf, const float *const *in, unsigned channels,
    PlaceFunc place, guint64 from, size_t n, size_t piece, float *const *out)
{
  size_t done, count;

  for (done = 0; done < n; done += count) {
    guint64 frame = from + done;
    Place here;
    const float *planes[2] = { in[0] + done, in[channels - 1] + done };
    float *const results[] = { out[0] + done, out[1] + done };

    place (frame / QUANTUM, &here);
    count = MIN (n - done, QUANTUM - frame % QUANTUM);
    count = MIN (count, piece);
    webaudio_hrtf_process (hrtf, frame, results, planes, channels,
        here.azimuth, here.elevation, here.gain, count);
  }
}

/* What a frame should be when nothing moves */
static double
convolve_slowly (const float *in, const float *response, unsigned size,
    gint64 frame)
{
  double sum = 0;
  unsigned k;

  for (k = 0; k < size && frame - (gint64) size - k >= 0; k++)
    sum += (double) in[frame - size - k] * response[k];
  return sum;
}

static void
stay (guint64 quantum, Place * place)
{
  *place = (Place) {
  33, 12, 0.5};
}

GST_START_TEST (test_size)
{
  static const struct
  {
    double rate;
    unsigned size;
  } sizes[] = {
    {3000, 64}, {8000, 64}, {11025, 64}, {22050, 128}, {32000, 128},
    {44099, 128}, {44100, 256}, {48000, 256}, {88200, 512}, {96000, 512},
    {192000, 1024}, {768000, 4096}
  };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    fail_unless_equals_int (webaudio_hrtf_get_size (sizes[i].rate),
        sizes[i].size);
}

GST_END_TEST;

static void
check_still (double rate, unsigned channels)
{
  enum
  { N = 9000 };
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, rate);
  WebAudioHrtf *hrtf = webaudio_hrtf_new (set);
  unsigned size = webaudio_hrtf_get_size (rate), ear, i;
  float *in[2] = { g_new (float, N), g_new (float, N) };
  float *out[2] = { g_new (float, N), g_new (float, N) };
  float *response = g_new (float, size);
  Place place;

  stay (0, &place);
  fill_with_noise (in[0], N, 1);
  fill_with_noise (in[1], N, 2);
  render (hrtf, (const float *const *) in, channels, stay, 0, N, N, out);
  for (ear = 0; ear < 2; ear++) {
    webaudio_hrtf_set_get_response (set, place.azimuth, place.elevation, ear,
        response);
    for (i = 0; i < N; i += 7) {
      double should = place.gain * convolve_slowly (in[channels == 2 ? ear :
              0], response, size, i);

      if (!(fabs (out[ear][i] - should) < 2e-6))
        fail ("rate %g, frame %u of ear %u is %.9g, not %.9g", rate, i, ear,
            out[ear][i], should);
    }
  }
  for (ear = 0; ear < 2; ear++) {
    g_free (in[ear]);
    g_free (out[ear]);
  }
  g_free (response);
  webaudio_hrtf_free (hrtf);
  webaudio_hrtf_set_free (set);
}

GST_START_TEST (test_still)
{
  static const double rates[] = { 3000, 8000, 22050, 44100, 48000, 96000 };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    check_still (rates[i], 1);
    check_still (rates[i], 2);
  }
}

GST_END_TEST;

static double
get_energy (const WebAudioHrtfSet * set, unsigned size, double azimuth,
    unsigned ear)
{
  float *response = g_new (float, size);
  double sum = 0;
  unsigned i;

  webaudio_hrtf_set_get_response (set, azimuth, 0, ear, response);
  for (i = 0; i < size; i++)
    sum += response[i] * response[i];
  g_free (response);
  return sum;
}

/* The level of what is heard does not depend on the rate. */
GST_START_TEST (test_rates)
{
  static const double rates[] = { 32000, 44100, 48000, 88200, 96000, 192000 };
  double reference = 0;
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, rates[i]);
    unsigned size = webaudio_hrtf_get_size (rates[i]);
    double energy = get_energy (set, size, 45, 1) * rates[i];

    if (i == 0)
      reference = energy;
    fail_unless (fabs (10 * log10 (energy / reference)) < 0.5, "%g Hz: %g",
        rates[i], energy / reference);
    webaudio_hrtf_set_free (set);
  }
}

GST_END_TEST;

static unsigned
find_peak (const WebAudioHrtfSet * set, double azimuth, double elevation,
    unsigned ear, float *peak)
{
  unsigned size = webaudio_hrtf_get_size (RATE), i, at = 0;
  float *response = g_new (float, size);

  webaudio_hrtf_set_get_response (set, azimuth, elevation, ear, response);
  for (i = 0; i < size; i++)
    if (fabsf (response[i]) > fabsf (response[at]))
      at = i;
  *peak = fabsf (response[at]);
  g_free (response);
  return at;
}

/* The nearer ear hears sooner and louder; between two measured directions the
 * response lies between theirs and is no comb. */
GST_START_TEST (test_directions)
{
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, RATE);
  float near, far, before = 0, peak;
  unsigned at_near, at_far, last = 255;
  int azimuth;

  at_near = find_peak (set, 90, 0, 1, &near);
  at_far = find_peak (set, 90, 0, 0, &far);
  fail_unless (at_near < at_far && near > 3 * far);
  /* the ears are alike */
  fail_unless_equals_int (find_peak (set, -90, 0, 0, &peak), at_near);
  fail_unless (fabsf (peak - near) < 1e-5f);
  /* a whole turn is none, and neither is the way to it a step */
  fail_unless_equals_int (find_peak (set, -180, 20, 0, &far),
      find_peak (set, 180, 20, 0, &peak));
  fail_unless (far == peak);
  for (azimuth = 0; azimuth <= 90; azimuth++) {
    unsigned at = find_peak (set, azimuth, 0, 1, &peak);

    fail_unless (at <= last + 1 && peak > before * 0.85f, "%d°", azimuth);
    last = at;
    before = peak;
  }
  /* far below nothing was measured */
  find_peak (set, 90, -90, 1, &peak);
  fail_unless (peak > 0 && peak < near);
  find_peak (set, 0, 90, 1, &peak);
  fail_unless (peak > 0 && peak < near);
  webaudio_hrtf_set_free (set);
}

GST_END_TEST;

/* Responses of a few directions, or of one, make a set, too. */
GST_START_TEST (test_small_sets)
{
  WebAudioHrtfMeasurement small = measurement;
  float peak, silence[2] = { 0, 0 };
  size_t n;

  for (n = 1; n < 5; n++) {
    WebAudioHrtfSet *set;

    small.n = n;
    set = webaudio_hrtf_set_new (&small, RATE);
    find_peak (set, 123, 45, 0, &peak);
    fail_unless (peak > 0 && isfinite (peak));
    webaudio_hrtf_set_free (set);
  }
  small.n = 1;
  small.taps = 1;
  small.responses = silence;
  {
    WebAudioHrtfSet *set = webaudio_hrtf_set_new (&small, RATE);

    find_peak (set, 123, 45, 0, &peak);
    fail_unless (peak == 0);
    webaudio_hrtf_set_free (set);
  }
}

GST_END_TEST;

#define JUMP 2048               /* frame */

static void
jump (guint64 quantum, Place * place)
{
  gboolean before = quantum < JUMP / QUANTUM;

  *place = (Place) {
  before ? -70 : 50, before ? 0 : 30, 1};
}

/* From one direction to the next there is a straight fade. */
GST_START_TEST (test_fade)
{
  enum
  { N = 8192 };
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, RATE);
  WebAudioHrtf *hrtf = webaudio_hrtf_new (set);
  unsigned size = webaudio_hrtf_get_size (RATE), ear, i;
  float *in = g_new (float, N);
  float *out[2] = { g_new (float, N), g_new (float, N) };
  const float *planes[] = { in, in };
  float first[256], second[256];

  fill_with_noise (in, N, 5);
  render (hrtf, planes, 1, jump, 0, N, N, out);
  for (ear = 0; ear < 2; ear++) {
    webaudio_hrtf_set_get_response (set, -70, 0, ear, first);
    webaudio_hrtf_set_get_response (set, 50, 30, ear, second);
    for (i = 0; i < N; i++) {
      double x = CLAMP (((double) i - JUMP) / (FADE_HOPS * size), 0, 1);
      double should = (1 - x) * convolve_slowly (in, first, size, i)
          + x * convolve_slowly (in, second, size, i);

      if (!(fabs (out[ear][i] - should) < 3e-6))
        fail ("frame %u of ear %u is %.9g, not %.9g", i, ear, out[ear][i],
            should);
    }
    g_free (out[ear]);
  }
  g_free (in);
  webaudio_hrtf_free (hrtf);
  webaudio_hrtf_set_free (set);
}

GST_END_TEST;

static void
wander (guint64 quantum, Place * place)
{
  place->azimuth = 170 * sin (quantum * 0.1);
  place->elevation = 80 * cos (quantum * 0.07);
  place->gain = 1 / (1.0 + quantum % 7);
}

/* A source that moves and stops and comes back gives the same bits in pieces of
 * any size, in place or not, and whether silence is said or shown. */
GST_START_TEST (test_pieces)
{
  enum
  { N = 128 * 100 };
  static const size_t pieces[] = { 128, 64, 100, 1 };
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, RATE);
  float *in[2] = { g_new (float, N), g_new (float, N) };
  float *whole[2] = { g_new (float, N), g_new (float, N) };
  float *parts[2] = { g_new (float, N), g_new (float, N) };
  WebAudioHrtf *hrtf;
  guint64 quantum;
  unsigned i, c;

  for (c = 0; c < 2; c++) {
    fill_with_noise (in[c], N, 8 + c);
    /* rest comes in between, and a return inside of a quantum */
    memset (in[c] + 4000, 0, 3000 * sizeof (float));
  }
  hrtf = webaudio_hrtf_new (set);
  render (hrtf, (const float *const *) in, 2, wander, 0, N, N, whole);
  for (i = 0; i < G_N_ELEMENTS (pieces); i++) {
    webaudio_hrtf_reset (hrtf);
    memcpy (parts[0], in[0], N * sizeof (float));
    memcpy (parts[1], in[1], N * sizeof (float));
    render (hrtf, (const float *const *) parts, 2, wander, 0, N, pieces[i],
        parts);
    fail_unless (memcmp (parts[0], whole[0], N * sizeof (float)) == 0);
    fail_unless (memcmp (parts[1], whole[1], N * sizeof (float)) == 0);
  }
  webaudio_hrtf_reset (hrtf);
  for (quantum = 0; quantum < N / QUANTUM; quantum++) {
    size_t at = quantum * QUANTUM;
    gboolean silent = at >= 4096 && at + QUANTUM <= 7000;
    const float *planes[] = { in[0] + at, in[1] + at };
    float *const out[] = { parts[0] + at, parts[1] + at };
    Place place;

    wander (quantum, &place);
    /* who is at rest need not be asked */
    if (silent && webaudio_hrtf_is_at_rest (hrtf)) {
      memset (out[0], 0, QUANTUM * sizeof (float));
      memset (out[1], 0, QUANTUM * sizeof (float));
    } else {
      webaudio_hrtf_process (hrtf, at, out, silent ? NULL : planes, 2,
          place.azimuth, place.elevation, place.gain, QUANTUM);
    }
  }
  fail_unless (memcmp (parts[0], whole[0], N * sizeof (float)) == 0);
  fail_unless (memcmp (parts[1], whole[1], N * sizeof (float)) == 0);
  for (c = 0; c < 2; c++) {
    g_free (in[c]);
    g_free (whole[c]);
    g_free (parts[c]);
  }
  webaudio_hrtf_free (hrtf);
  webaudio_hrtf_set_free (set);
}

GST_END_TEST;

/* The tail ends, exactly, and then a new sound is where it is at once. */
GST_START_TEST (test_rest)
{
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, RATE);
  WebAudioHrtf *hrtf = webaudio_hrtf_new (set);
  unsigned size = webaudio_hrtf_get_size (RATE), i, quanta = 0;
  float in[QUANTUM], left[QUANTUM], right[QUANTUM], response[256];
  const float *planes[] = { in, in };
  float *const out[] = { left, right };
  gboolean sound;

  fail_unless (webaudio_hrtf_is_at_rest (hrtf));
  memset (in, 0, sizeof in);
  fail_if (webaudio_hrtf_process (hrtf, 0, out, planes, 1, 10, 0, 1, QUANTUM));
  fail_unless (webaudio_hrtf_is_at_rest (hrtf));
  in[QUANTUM - 1] = 1e-20f;
  webaudio_hrtf_process (hrtf, QUANTUM, out, planes, 1, 10, 0, 1, QUANTUM);
  fail_if (webaudio_hrtf_is_at_rest (hrtf));
  for (i = 2; !webaudio_hrtf_is_at_rest (hrtf); i++)
    sound = webaudio_hrtf_process (hrtf, i * QUANTUM, out, NULL, 1, 10, 0, 1,
        QUANTUM);
  fail_unless (i * QUANTUM <= 4 * size);
  fail_if (sound);
  for (i = 0; i < QUANTUM; i++)
    fail_unless (left[i] == 0 && right[i] == 0);

  /* far later, from elsewhere, with another gain: no fade, no glide */
  webaudio_hrtf_set_get_response (set, -120, 40, 0, response);
  in[QUANTUM - 1] = 0;
  in[0] = 1;
  for (quanta = 1000; quanta < 1004; quanta++) {
    webaudio_hrtf_process (hrtf, quanta * QUANTUM, out, planes, 1, -120, 40,
        0.25, QUANTUM);
    in[0] = 0;
    for (i = 0; quanta >= 1002 && i < QUANTUM; i++)
      fail_unless (fabs (left[i] - 0.25 * response[(quanta - 1002) * QUANTUM
                  + i]) < 1e-7);
  }
  webaudio_hrtf_free (hrtf);
  webaudio_hrtf_set_free (set);
}

GST_END_TEST;

/* What is not finite is gone when it has been heard. */
GST_START_TEST (test_not_finite)
{
  enum
  { N = 4096 };
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, RATE);
  WebAudioHrtf *hrtf = webaudio_hrtf_new (set);
  float *in = g_new0 (float, N);
  float *out[2] = { g_new (float, N), g_new (float, N) };
  const float *planes[] = { in, in };
  unsigned i;

  in[100] = NAN;
  in[101] = INFINITY;
  in[1500] = 1;
  render (hrtf, planes, 1, stay, 0, N, N, out);
  for (i = 1200; i < N; i++)
    fail_unless (isfinite (out[0][i]) && isfinite (out[1][i]));
  fail_unless (webaudio_hrtf_is_at_rest (hrtf));
  g_free (in);
  g_free (out[0]);
  g_free (out[1]);
  webaudio_hrtf_free (hrtf);
  webaudio_hrtf_set_free (set);
}

GST_END_TEST;

static void
come_nearer (guint64 quantum, Place * place)
{
  *place = (Place) {
  0, 0, quantum < 40 ? 0.25 : 1};
}

/* A gain that changes glides within a quantum. */
GST_START_TEST (test_gain)
{
  enum
  { N = 128 * 60 };
  WebAudioHrtfSet *set = webaudio_hrtf_set_new (&measurement, RATE);
  WebAudioHrtf *hrtf = webaudio_hrtf_new (set);
  float *in = g_new (float, N);
  float *out[2] = { g_new (float, N), g_new (float, N) };
  const float *planes[] = { in, in };
  float steady, last;
  unsigned i;

  for (i = 0; i < N; i++)
    in[i] = 1;
  render (hrtf, planes, 1, come_nearer, 0, N, N, out);
  steady = out[0][N - 1];
  last = out[0][40 * QUANTUM - 1];
  fail_unless (fabsf (last - steady / 4) < 1e-5f);
  for (i = 40 * QUANTUM; i < N; i++) {
    fail_unless (fabsf (out[0][i] - last) < 0.007f * fabsf (steady));
    last = out[0][i];
  }
  fail_unless (fabsf (out[0][41 * QUANTUM] - steady) < 1e-5f);
  g_free (in);
  g_free (out[0]);
  g_free (out[1]);
  webaudio_hrtf_free (hrtf);
  webaudio_hrtf_set_free (set);
}

GST_END_TEST;

static Suite *
hrtf_suite (void)
{
  Suite *s = suite_create ("hrtf");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_unchecked_fixture (tc, make_head, NULL);
  tcase_add_test (tc, test_size);
  tcase_add_test (tc, test_still);
  tcase_add_test (tc, test_rates);
  tcase_add_test (tc, test_directions);
  tcase_add_test (tc, test_small_sets);
  tcase_add_test (tc, test_fade);
  tcase_add_test (tc, test_pieces);
  tcase_add_test (tc, test_rest);
  tcase_add_test (tc, test_not_finite);
  tcase_add_test (tc, test_gain);
  return s;
}

GST_CHECK_MAIN (hrtf);
