/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the kernel that plays buffers: against the spec's algorithm as
 * it is written, at edges, and however frames are cut into calls. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "dsp/buffersource.h"

#define N 1500

/* The spec's algorithm, frame by frame, in frames instead of seconds and in
 * doubles. Speeds and positions of the tests are multiples of 2^-20, which those
 * hold exactly. */
typedef struct
{
  double offset, duration;
  double position, elapsed;
  gboolean started, entered_loop;
} Model;

static double
model_signal (const Model * model, const float *plane, double length,
    double position, double loop_start)
{
  double i = floor (position), fraction = position - i;
  double here = plane[(size_t) i], next;

  if (fraction == 0)
    return here;
  if (i + 1 < length)
    next = plane[(size_t) i + 1];
  else if (model->entered_loop)
    /* where the loop begins after the last frame, that stays */
    next = loop_start >= length - 1 ? here :
        model_signal (model, plane, length, loop_start, 0);
  else
    next = i > 0 ? 2 * here - plane[(size_t) i - 1] : here;
  return (1 - fraction) * here + fraction * next;
}

/* Returns whether there is a frame. */
static gboolean
model_next (Model * model, const WebAudioBuffer * buffer,
    const WebAudioPlayback * playback, double *out)
{
  double length = buffer->length, speed = playback->speed;
  double loop_start = 0, loop_end = length;
  unsigned c;

  if (playback->loop && playback->loop_start >= 0 && playback->loop_end > 0
      && playback->loop_start < playback->loop_end
      && playback->loop_start < length) {
    loop_start = playback->loop_start;
    loop_end = MIN (playback->loop_end, length);
  }
  if (!playback->loop)
    model->entered_loop = FALSE;
  if (length == 0 || model->elapsed >= model->duration)
    return FALSE;
  if (!model->started) {
    if (playback->loop && speed >= 0 && model->offset >= loop_end)
      model->offset = loop_end;
    if (speed < 0 && playback->loop && model->offset < loop_start)
      model->offset = loop_start;
    model->position += model->offset;
    model->started = TRUE;
  }
  if (playback->loop) {
    if (!model->entered_loop)
      model->entered_loop = (model->offset < loop_end
          && model->position >= loop_start) || (model->offset >= loop_end
          && model->position < loop_end);
    while (model->entered_loop && model->position >= loop_end)
      model->position -= loop_end - loop_start;
    while (model->entered_loop && model->position < loop_start)
      model->position += loop_end - loop_start;
  } else if ((speed > 0 && model->position >= length) || (speed < 0
          && model->position < 0)) {
    return FALSE;
  }
  for (c = 0; c < buffer->channels; c++)
    out[c] = model->position >= 0 && model->position < length ?
        model_signal (model, buffer->planes[c], length, model->position,
        loop_start) : 0;
  model->position += speed;
  model->elapsed += speed;
  return TRUE;
}

static guint32 seed;

static guint32
draw (void)
{
  seed = seed * 1664525 + 1013904223;
  return seed >> 8;
}

/* A multiple of 2^-20 */
static double
draw_between (double from, double to)
{
  return floor ((from + draw () * 0x1p-24 * (to - from)) * 0x1p20) * 0x1p-20;
}

/* Half of the time a whole number */
static double
draw_frames (double from, double to)
{
  double frames = draw_between (from, to);

  return draw () % 2 ? floor (frames) : frames;
}

typedef struct
{
  float samples[3][512];
  const float *planes[3];
  WebAudioBuffer buffer;
  WebAudioPlayback playback;
  double offset, duration, late;
} Case;

static void
make_buffer (Case * c, guint channels, gsize length)
{
  guint i;
  gsize n;

  for (i = 0; i < 3; i++) {
    c->planes[i] = c->samples[i];
    for (n = 0; n < 512; n++)
      c->samples[i][n] = draw () * 0x1p-23f - 1;
  }
  c->buffer.planes = c->planes;
  c->buffer.channels = channels;
  c->buffer.length = length;
}

/* Not so near to the start that the model takes for ever */
static double
draw_loop_end (const Case * c)
{
  double end = draw () % 3 ? draw_frames (-10, c->buffer.length + 20) : 0;

  return fabs (end - c->playback.loop_start) < 0.125 ? 0 : end;
}

static void
draw_case (Case * c)
{
  static const double speeds[] = { 1, 1, -1, 0, 2, -3, 0.5, 0.75, 1.0625 };
  double length;

  make_buffer (c, 1 + draw () % 3, draw () % 8 == 0 ? draw () % 4 :
      1 + draw () % 511);
  length = c->buffer.length;
  c->playback.speed = draw () % 2 ? speeds[draw () % G_N_ELEMENTS (speeds)] :
      draw_between (-4, 4);
  c->playback.loop = draw () % 2;
  c->playback.loop_start = draw () % 3 ? draw_frames (0, length) : 0;
  c->playback.loop_end = draw_loop_end (c);
  c->offset = draw () % 2 ? draw_frames (0, length) : 0;
  c->duration = draw () % 3 ? INFINITY : draw_frames (0, 700);
  c->late = draw () % 2 ? draw_between (0, 1) : 0;
}

static void
start_case (const Case * c, WebAudioBufferSource * source)
{
  webaudio_buffer_source_start (source, &c->buffer, &c->playback, c->offset,
      c->duration, c->late);
}

static void
start_model (const Case * c, Model * model)
{
  memset (model, 0, sizeof (*model));
  model->offset = c->offset;
  model->duration = c->duration;
  model->position = model->elapsed = c->playback.speed * c->late;
}

static float wave[3][N], again[3][N];
static float *const here[] = { wave[0], wave[1], wave[2] };

GST_START_TEST (test_model)
{
  guint i, k, c;

  seed = 1;
  for (i = 0; i < 4000; i++) {
    WebAudioBufferSource source;
    Model model;
    double out[3];
    size_t made;
    Case now;

    draw_case (&now);
    start_case (&now, &source);
    start_model (&now, &model);
    made = webaudio_buffer_source_render (&source, &now.buffer, &now.playback,
        here, N);
    for (k = 0; k < N; k++) {
      if (!model_next (&model, &now.buffer, &now.playback, out))
        break;
      for (c = 0; k < made && c < now.buffer.channels; c++)
        if (!(fabs (wave[c][k] - out[c]) < 4e-7))
          fail ("case %u frame %u: %g is not %g; speed %g loop %d %g %g of %u "
              "from %g", i, k, wave[c][k], out[c], now.playback.speed,
              now.playback.loop, now.playback.loop_start,
              now.playback.loop_end, (guint) now.buffer.length, now.offset);
    }
    if (made != k)
      fail ("case %u is over at %u, not at %u: speed %g length %u", i,
          (guint) made, k, now.playback.speed, (guint) now.buffer.length);
  }
}

GST_END_TEST;

/* Other speeds and loop points in the middle */
GST_START_TEST (test_changes)
{
  guint i, part, k, c;

  seed = 2;
  for (i = 0; i < 1000; i++) {
    WebAudioBufferSource source;
    Model model;
    Case now;

    draw_case (&now);
    start_case (&now, &source);
    start_model (&now, &model);
    for (part = 0; part < 8; part++) {
      size_t made = webaudio_buffer_source_render (&source, &now.buffer,
          &now.playback, here, 128);

      for (k = 0; k < made; k++) {
        double out[3];

        fail_unless (model_next (&model, &now.buffer, &now.playback, out));
        for (c = 0; c < now.buffer.channels; c++)
          if (!(fabs (wave[c][k] - out[c]) < 4e-7))
            fail ("case %u part %u frame %u", i, part, k);
      }
      if (made < 128)
        break;
      now.playback.speed = draw_between (-4, 4);
      now.playback.loop = draw () % 2;
      now.playback.loop_end = draw_loop_end (&now);
    }
  }
}

GST_END_TEST;

/* The same bits in calls of any size, and the same end, which is foreseen */
GST_START_TEST (test_cuts)
{
  guint i, c;

  seed = 3;
  for (i = 0; i < 2000; i++) {
    WebAudioBufferSource whole, cut, skipped;
    size_t made, done = 0, n = 0, count = 0;
    uint64_t left;
    Case now;

    draw_case (&now);
    /* also what no double holds exactly */
    if (draw () % 2)
      now.playback.speed *= 0.3;
    if (draw () % 8 == 0)
      now.playback.speed *= 1e-7;
    start_case (&now, &whole);
    cut = skipped = whole;
    left = webaudio_buffer_source_left (&whole, &now.buffer, &now.playback);
    made = webaudio_buffer_source_render (&whole, &now.buffer, &now.playback,
        here, N);
    if (made != MIN (left, N))
      fail ("case %u: %u are left, not %u; speed %g loop %d of %u from %g for %g", i, (guint) MIN (left, N), (guint) made, now.playback.speed, now.playback.loop, (guint) now.buffer.length, now.offset, now.duration);
    for (; done < N && n == count; done += n) {
      float *out[3];

      for (c = 0; c < 3; c++)
        out[c] = again[c] + done;
      count = 1 + draw () % 200;
      count = MIN (count, N - done);
      n = webaudio_buffer_source_render (&cut, &now.buffer, &now.playback,
          out, count);
    }
    fail_unless_equals_uint64 (done, made);
    for (c = 0; c < now.buffer.channels; c++)
      if (memcmp (wave[c], again[c], made * sizeof (float)) != 0)
        fail ("case %u channel %u differs when cut", i, c);
    fail_unless_equals_uint64 (webaudio_buffer_source_render (&skipped,
            &now.buffer, &now.playback, NULL, N), made);
    fail_unless (memcmp (&skipped.position, &whole.position,
            sizeof (whole.position)) == 0);
    fail_unless (memcmp (&skipped.elapsed, &whole.elapsed,
            sizeof (whole.elapsed)) == 0);
  }
}

GST_END_TEST;

/* An hour at a speed that no double holds */
GST_START_TEST (test_no_drift)
{
  const double speed = 44100. / 48000;
  WebAudioBuffer buffer = { NULL, 0, (size_t) 1 << 39 };
  WebAudioPlayback playback = { speed, FALSE, 0, 0 };
  WebAudioBufferSource source;
  guint64 frames = G_GUINT64_CONSTANT (48000) * 3600, left;

  webaudio_buffer_source_start (&source, &buffer, &playback, 0, INFINITY, 0);
  fail_unless_equals_uint64 (webaudio_buffer_source_render (&source, &buffer,
          &playback, NULL, frames), frames);
  fail_unless (fabs (source.position.whole - 44100. * 3600 +
          source.position.part * 0x1p-64) < 1e-7);

  /* what is to end with a frame does */
  buffer.length = 44100 * 3600;
  left = webaudio_buffer_source_left (&source, &buffer, &playback);
  fail_unless_equals_uint64 (left, 0);
  webaudio_buffer_source_start (&source, &buffer, &playback, 0, INFINITY, 0);
  left = webaudio_buffer_source_left (&source, &buffer, &playback);
  fail_unless_equals_uint64 (left, frames);
  webaudio_buffer_source_start (&source, &buffer, &playback, 0, 44100, 0);
  fail_unless_equals_uint64 (webaudio_buffer_source_render (&source, &buffer,
          &playback, NULL, frames), 48000);
}

GST_END_TEST;

/* Values of which nothing may come but sound, silence or an end */
GST_START_TEST (test_edges)
{
  static const double odd[] = {
    0, 1, -1, 1e-300, -1e-300, 1e-18, 1e-9, 0.999999, 1e9, -1e9, 1e300, -1e300,
    INFINITY, -INFINITY, NAN
  };
  const guint n = G_N_ELEMENTS (odd);
  guint i, j, k, loop, m;
  Case now;

  seed = 4;
  for (m = 0; m < 4; m++) {
    make_buffer (&now, 2, m == 3 ? 100 : m);
    for (i = 0; i < n * n * n; i++) {
      for (loop = 0; loop < 2; loop++) {
        WebAudioBufferSource source;
        size_t made;

        now.playback.speed = odd[i % n];
        now.playback.loop = loop;
        now.playback.loop_start = odd[i / n % n];
        now.playback.loop_end = odd[i / n / n % n];
        now.offset = odd[(i * 7) % n];
        now.duration = fabs (odd[(i * 11) % n]);
        now.late = 0.5;
        start_case (&now, &source);
        made = webaudio_buffer_source_render (&source, &now.buffer,
            &now.playback, here, 40);
        for (j = 0; j < 2; j++)
          for (k = 0; k < made; k++)
            if (!(fabsf (wave[j][k]) <= 3))
              fail ("case %u: frame %u is %g", i, k, wave[j][k]);
        webaudio_buffer_source_left (&source, &now.buffer, &now.playback);
      }
    }
  }
}

GST_END_TEST;

/* What is no number is heard where it is, and nowhere else */
GST_START_TEST (test_not_a_number)
{
  WebAudioPlayback playback = { 0.5, FALSE, 0, 0 };
  WebAudioBufferSource source;
  guint i;
  Case now;

  make_buffer (&now, 1, 100);
  now.samples[0][50] = NAN;
  now.samples[0][70] = INFINITY;
  webaudio_buffer_source_start (&source, &now.buffer, &playback, 0, INFINITY,
      0);
  fail_unless_equals_int (webaudio_buffer_source_render (&source, &now.buffer,
          &playback, here, N), 200);
  for (i = 0; i < 200; i++)
    fail_unless_equals_int (isfinite (wave[0][i]) != 0,
        !((i >= 99 && i <= 101) || (i >= 139 && i <= 141)));
}

GST_END_TEST;

GST_START_TEST (test_frames)
{
  static const gint rates[] = { 3000, 8000, 22050, 44100, 48000, 768000 };
  guint i, frame;

  for (i = 0; i < G_N_ELEMENTS (rates); i++)
    for (frame = 0; frame < 100000000; frame = frame * 3 + 1)
      fail_unless (webaudio_buffer_source_frames ((double) frame / rates[i],
              rates[i]) == frame);
  fail_unless (webaudio_buffer_source_frames (0.5 / 48000, 48000) == 0.5);
  fail_unless (webaudio_buffer_source_frames (-1, 48000) == -48000);
  fail_unless (isnan (webaudio_buffer_source_frames (NAN, 48000)));
}

GST_END_TEST;

static Suite *
buffersource_suite (void)
{
  Suite *suite = suite_create ("buffersource");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_model);
  tcase_add_test (tc, test_changes);
  tcase_add_test (tc, test_cuts);
  tcase_add_test (tc, test_no_drift);
  tcase_add_test (tc, test_edges);
  tcase_add_test (tc, test_not_a_number);
  tcase_add_test (tc, test_frames);
  return suite;
}

GST_CHECK_MAIN (buffersource);
