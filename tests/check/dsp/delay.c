/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of the delay line: against a slow form in double precision that
 * keeps everything that was ever written. */

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "check-samples.h"
#include "dsp/delay.h"

#define FRAMES 20000
#define MAX_CHANNELS 6
#define QUANTUM 128
#define RATE 1000.0

/* What is written, and how */
typedef struct
{
  float samples[MAX_CHANNELS][FRAMES];
  unsigned channels[FRAMES];
  bool silent[FRAMES];
} Input;

typedef struct
{
  float samples[MAX_CHANNELS][FRAMES];
  unsigned channels[FRAMES];
} Output;

static Input input;
static double seconds[FRAMES];

static guint32 seed;

static void
fill_input (unsigned channels)
{
  unsigned c;
  size_t i;

  seed = 1;
  for (i = 0; i < FRAMES; i++) {
    input.channels[i] = channels;
    input.silent[i] = false;
    for (c = 0; c < MAX_CHANNELS; c++)
      input.samples[c][i] = (float) next_noise (&seed);
  }
}

static void
silence_input (size_t from, size_t to)
{
  size_t i;
  unsigned c;

  for (i = from; i < to; i++) {
    input.silent[i] = true;
    for (c = 0; c < MAX_CHANNELS; c++)
      input.samples[c][i] = 0;
  }
}

/* How many frames from @from on are alike, @n at most */
static size_t
count_alike (size_t from, size_t n)
{
  size_t i;

  for (i = 1; i < n; i++)
    if (input.channels[from + i] != input.channels[from]
        || input.silent[from + i] != input.silent[from])
      break;
  return i;
}

/* Writes and reads in pieces of @piece frames. */
static void
run (Output * out, double longest, size_t piece, bool constant, bool reader)
{
  WebAudioDelay *line = webaudio_delay_new (longest, 256);
  const float *in[MAX_CHANNELS];
  float *to[WEBAUDIO_MAX_CHANNELS];
  size_t done, count;
  unsigned c;
  bool silent;

  for (done = 0; done < FRAMES; done += count) {
    WebAudioDelayReading reading = { done, 0, seconds + done, seconds[done],
      RATE, reader ? piece : 0
    };

    count = count_alike (done, MIN (piece - done % piece, FRAMES - done));
    if (constant)
      reading.seconds = NULL;
    reading.n = count;
    for (c = 0; c < MAX_CHANNELS; c++) {
      in[c] = &input.samples[c][done];
      to[c] = &out->samples[c][done];
    }
    if (!reader)
      webaudio_delay_write (line, done, input.silent[done] ? NULL : in,
          input.channels[done], WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS,
          count);
    out->channels[done] = webaudio_delay_survey (line, &reading, &silent);
    webaudio_delay_read (line, &reading, to);
    if (silent) {
      for (c = 0; c < out->channels[done]; c++) {
        size_t i;

        for (i = 0; i < count; i++)
          fail_unless (to[c][i] == 0);
      }
    }
    if (reader)
      webaudio_delay_write (line, done, input.silent[done] ? NULL : in,
          input.channels[done], WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS,
          count);
    for (c = 1; c < count; c++)
      out->channels[done + c] = out->channels[done];
  }
  webaudio_delay_free (line);
}

/* The input, mixed to every number of channels that it had since, up to @now;
 * or nothing before the start */
static double
input_at (gssize frame, size_t now, unsigned c)
{
  float in[MAX_CHANNELS], out[MAX_CHANNELS];
  const float *from[MAX_CHANNELS];
  float *to[MAX_CHANNELS];
  unsigned i;
  size_t next;

  if (frame < 0)
    return 0;
  for (i = 0; i < MAX_CHANNELS; i++) {
    in[i] = input.samples[i][frame];
    from[i] = &in[i];
    to[i] = &out[i];
  }
  for (next = (size_t) frame + 1; next <= now; next++) {
    if (input.channels[next] == input.channels[next - 1])
      continue;
    webaudio_channel_mix (to, input.channels[next], from,
        input.channels[next - 1], WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS,
        false, 1);
    memcpy (in, out, sizeof (in));
  }
  return in[c];
}

/* A float is as precise as floats are */
static double
frames_of (double delay)
{
  return delay == (float) delay ? (float) (delay * RATE) : delay * RATE;
}

static double
expected (size_t frame, unsigned c, double shortest, double longest)
{
  double delay = CLAMP (frames_of (seconds[frame]), shortest, longest);
  double whole = floor (delay), part = delay - whole;
  gssize at = (gssize) frame - (gssize) whole;

  return input_at (at, frame, c) * (1 - part) +
      (part > 0 ? input_at (at - 1, frame, c) * part : 0);
}

static void
check (const Output * out, double shortest, double longest)
{
  size_t i;
  unsigned c;

  for (i = 0; i < FRAMES; i++)
    for (c = 0; c < out->channels[i]; c++)
      if (!(fabs (out->samples[c][i] - expected (i, c, shortest,
                      longest)) < 3e-7))
        fail ("frame %u, channel %u: %g, not %g", (guint) i, c,
            out->samples[c][i], expected (i, c, shortest, longest));
}

/* Channels are those of a whole piece, so before the start there may be fewer
 * in small ones. */
static void
check_same (const Output * a, const Output * b, unsigned channels)
{
  unsigned c;

  size_t i;

  for (c = 0; c < channels; c++)
    for (i = 0; i < FRAMES; i++)
      if (c < MIN (a->channels[i], b->channels[i])
          && memcmp (&a->samples[c][i], &b->samples[c][i], sizeof (float)))
        fail ("frame %u, channel %u: %.9g, not %.9g", (guint) i, c,
            a->samples[c][i], b->samples[c][i]);
}

/* Whole, fractional, none, and more than there may be */
GST_START_TEST (test_constant)
{
  static const double delays[] = { 0, 1, 0.5, 100, 100.25, 999.999, 1000,
    1234.5, 5000
  };
  static const double longest[] = { 5000, 1000, 1234.5, 0, 0.25 };
  static const size_t pieces[] = { 1, 127, 128, 1024, 4096 };
  static Output first, out;
  guint i, j, k;
  size_t f;

  fill_input (2);
  for (i = 0; i < G_N_ELEMENTS (longest); i++) {
    for (j = 0; j < G_N_ELEMENTS (delays); j++) {
      for (f = 0; f < FRAMES; f++)
        seconds[f] = delays[j] / RATE;
      run (&first, longest[i], 128, true, false);
      fail_unless (first.channels[10000] == 2);
      check (&first, 0, longest[i]);
      for (k = 0; k < G_N_ELEMENTS (pieces); k++) {
        run (&out, longest[i], pieces[k], true, false);
        check_same (&out, &first, 2);
        run (&out, longest[i], pieces[k], false, false);
        check_same (&out, &first, 2);
      }
    }
  }
}

GST_END_TEST;

/* A whole delay changes no bit, also where floats cannot quite say it */
GST_START_TEST (test_exact)
{
  static const double whole[] = { 0.25, 0.02f, 0.299f, 0.001f, 0.02 };
  static Output out;
  guint k;
  size_t i, frames;

  fill_input (1);
  for (k = 0; k < G_N_ELEMENTS (whole); k++) {
    frames = rint (whole[k] * RATE);
    for (i = 0; i < FRAMES; i++)
      seconds[i] = whole[k];
    run (&out, 300, 1024, true, false);
    fail_unless (memcmp (out.samples[0] + frames, input.samples[0],
            (FRAMES - frames) * sizeof (float)) == 0);
  }
}

GST_END_TEST;

static double
wild_delay (size_t frame)
{
  switch (frame / 1000 % 5) {
    case 0:
      return 0.4 + 0.39 * sin (frame * 0.01);
    case 1:
      return next_noise (&seed);
    case 2:
      return frame * 1e-4;
    case 3:
      return (frame % 700) / RATE;
    default:
      return 0.7005;
  }
}

GST_START_TEST (test_moving)
{
  static const size_t pieces[] = { 1, 64, 127, 1024, 8192 };
  static Output first, out;
  unsigned channels;
  guint k;
  size_t i;

  for (channels = 1; channels <= 6; channels += 5) {
    fill_input (channels);
    for (i = 0; i < FRAMES; i++)
      seconds[i] = wild_delay (i);
    run (&first, 800.5, 128, false, false);
    check (&first, 0, 800.5);
    for (k = 0; k < G_N_ELEMENTS (pieces); k++) {
      run (&out, 800.5, pieces[k], false, false);
      check_same (&out, &first, channels);
    }
  }
}

GST_END_TEST;

/* Silence comes and goes, shorter and longer than the line */
GST_START_TEST (test_gaps)
{
  static const size_t pieces[] = { 1, 128, 1000, 4096 };
  static Output out;
  guint k;
  size_t i;
  int constant;

  fill_input (2);
  silence_input (0, 500);
  silence_input (3000, 3100);
  silence_input (5000, 5700);
  silence_input (8000, 12000);
  silence_input (12001, 12500);
  for (constant = 0; constant < 2; constant++) {
    for (i = 0; i < FRAMES; i++)
      seconds[i] = constant ? 0.3004 : wild_delay (i);
    for (k = 0; k < G_N_ELEMENTS (pieces); k++) {
      run (&out, 600, pieces[k], constant, false);
      check (&out, 0, 600);
    }
  }
}

GST_END_TEST;

/* As many channels as what is written has, also of what was written before */
GST_START_TEST (test_channels)
{
  static const unsigned counts[] = { 1, 2, 6, 1, 4, 2, 2, 1 };
  static Output out;
  size_t i;

  fill_input (1);
  for (i = 0; i < FRAMES; i++)
    input.channels[i] = counts[MIN (i / (QUANTUM * 5), 7)];
  silence_input (QUANTUM * 12, QUANTUM * 14);
  for (i = 0; i < FRAMES; i++)
    seconds[i] = i < 7000 ? 0.3 : wild_delay (i);
  run (&out, 900, QUANTUM, false, false);
  check (&out, 0, 900);
  for (i = 0; i < FRAMES; i++)
    fail_unless_equals_int (out.channels[i], input.channels[i]);
}

GST_END_TEST;

/* What is added in the midst of a quantum is mixed to what that has */
GST_START_TEST (test_channels_in_a_quantum)
{
  WebAudioDelay *line = webaudio_delay_new (100, 128);
  WebAudioDelayReading reading = { 0, 128, NULL, 0, RATE, 0 };
  float left[100], right[100], sum[128], other[128];
  const float *both[] = { left, right };
  float *out[] = { sum, other };
  bool silent;
  size_t i;

  for (i = 0; i < 100; i++) {
    left[i] = 0.5;
    right[i] = 0.25;
  }
  webaudio_delay_write (line, 0, both, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 28);
  webaudio_delay_write (line, 28, both, 2,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 100);
  fail_unless_equals_int (webaudio_delay_survey (line, &reading, &silent), 1);
  fail_unless (!silent);
  webaudio_delay_read (line, &reading, out);
  fail_unless (sum[27] == 0.5 && sum[28] == 0.375 && sum[127] == 0.375);
  webaudio_delay_write (line, 128, both, 2,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 100);
  reading.frame = 128;
  reading.n = 100;
  fail_unless_equals_int (webaudio_delay_survey (line, &reading, &silent), 2);
  webaudio_delay_read (line, &reading, out);
  fail_unless (sum[0] == 0.5 && other[0] == 0.25);
  reading.constant = 100 / RATE;
  webaudio_delay_read (line, &reading, out);
  fail_unless (sum[0] == 0.375 && other[0] == 0.375);
  webaudio_delay_free (line);
}

GST_END_TEST;

/* A reader that comes before the writer, as in a loop */
GST_START_TEST (test_reader)
{
  static Output first, out;
  size_t i;

  fill_input (2);
  silence_input (4000, 9000);
  for (i = 0; i < FRAMES; i++)
    seconds[i] = wild_delay (i);
  run (&first, 700, 128, false, true);
  check (&first, 128, 700);
  run (&out, 700, 32, false, true);
  check (&out, 32, 700);
  for (i = 0; i < FRAMES; i++)
    seconds[i] = 0.4;
  run (&first, 700, 128, true, true);
  run (&out, 700, 384, true, true);
  check (&out, 384, 700);
  check_same (&first, &out, 2);
}

GST_END_TEST;

/* After a reset there is nothing; nor is there after going back */
GST_START_TEST (test_reset)
{
  WebAudioDelay *line = webaudio_delay_new (1000, 128);
  WebAudioDelayReading reading = { 512, 128, NULL, 0.2, RATE, 0 };
  const float *in[] = { input.samples[0], input.samples[1] };
  float sum[128];
  float *out[] = { sum, sum };
  bool silent;
  int i;

  fill_input (2);
  for (i = 0; i < 2; i++) {
    webaudio_delay_write (line, 0, in, 2,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 600);
    fail_unless_equals_int (webaudio_delay_survey (line, &reading, &silent), 2);
    fail_unless (!silent);
    if (i == 0)
      webaudio_delay_reset (line);
    webaudio_delay_write (line, 511, in, 1,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 128);
    fail_unless_equals_int (webaudio_delay_survey (line, &reading, &silent), 1);
    fail_unless (silent);
    webaudio_delay_read (line, &reading, out);
    fail_unless (sum[0] == 0 && sum[127] == 0);
  }
  webaudio_delay_free (line);
}

GST_END_TEST;

/* What was left out is silence */
GST_START_TEST (test_jump)
{
  WebAudioDelay *line = webaudio_delay_new (1000, 128);
  WebAudioDelayReading reading = { 700, 128, NULL, 0.7, RATE, 0 };
  const float *in[] = { input.samples[0] };
  float sum[600];
  float *out[] = { sum };
  size_t i;

  fill_input (1);
  webaudio_delay_write (line, 0, in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 100);
  webaudio_delay_write (line, 500, in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 400);
  reading.n = 200;
  webaudio_delay_read (line, &reading, out);
  for (i = 0; i < 200; i++)
    fail_unless (sum[i] == (i < 100 ? input.samples[0][i] : 0));
  webaudio_delay_write (line, 1000000, in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 128);
  reading.frame = 1000000;
  reading.n = 128;
  reading.constant = 0.5;
  webaudio_delay_read (line, &reading, out);
  for (i = 0; i < 128; i++)
    fail_unless (sum[i] == 0);
  webaudio_delay_free (line);
}

GST_END_TEST;

GST_START_TEST (test_over)
{
  WebAudioDelay *line = webaudio_delay_new (99.5, 128);
  const float *in[] = { input.samples[0] };

  fill_input (1);
  fail_unless (webaudio_delay_is_over (line, 0, 99.5));
  webaudio_delay_write (line, 0, in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 50);
  fail_unless (webaudio_delay_is_over (line, 50, 0));
  fail_unless (!webaudio_delay_is_over (line, 50, 1));
  fail_unless (!webaudio_delay_is_over (line, 59, 9.5));
  fail_unless (webaudio_delay_is_over (line, 60, 9.5));
  fail_unless (!webaudio_delay_is_over (line, 149, 1000));
  fail_unless (webaudio_delay_is_over (line, 150, 1000));
  webaudio_delay_write (line, 50, NULL, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 100);
  fail_unless (webaudio_delay_is_over (line, 150, 1000));
  webaudio_delay_free (line);
}

GST_END_TEST;

/* Blocks that become longer keep what is in the line */
GST_START_TEST (test_growing)
{
  static const size_t lengths[] = { 37, 128, 1000, 5000, 64, 9000 };
  WebAudioDelay *line = webaudio_delay_new (1500.5, 1);
  static float sum[9000];
  float *out[] = { sum };
  size_t at = 0, i, j;

  fill_input (1);
  for (i = 0; i < FRAMES; i++)
    seconds[i] = 1.5005;
  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    WebAudioDelayReading reading = { at, lengths[i], NULL, 1.5005, RATE, 0 };
    const float *in[] = { input.samples[0] + at };

    webaudio_delay_write (line, at, in, 1,
        WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, lengths[i]);
    webaudio_delay_read (line, &reading, out);
    for (j = 0; j < lengths[i]; j++)
      fail_unless (fabs (sum[j] - expected (at + j, 0, 0, 1500.5)) < 3e-7);
    at += lengths[i];
  }
  webaudio_delay_free (line);
}

GST_END_TEST;

/* It passes like anything else, and nothing stays behind; what is not needed to
 * interpolate does not count */
GST_START_TEST (test_not_finite)
{
  static const float values[] = { NAN, INFINITY, -INFINITY };
  static Output out;
  guint k;
  size_t i;

  for (k = 0; k < G_N_ELEMENTS (values); k++) {
    fill_input (1);
    for (i = 0; i < FRAMES; i++)
      seconds[i] = 0.1;
    input.samples[0][1000] = values[k];
    run (&out, 500, 1024, true, false);
    for (i = 0; i < FRAMES; i++)
      fail_unless (isfinite (out.samples[0][i]) == (i != 1100));
    run (&out, 500, 1024, false, false);
    for (i = 0; i < FRAMES; i++)
      fail_unless (isfinite (out.samples[0][i]) == (i != 1100));
    for (i = 0; i < FRAMES; i++)
      seconds[i] = 0.1005;
    run (&out, 500, 1024, true, false);
    for (i = 0; i < FRAMES; i++)
      fail_unless (isfinite (out.samples[0][i]) == (i < 1100 || i > 1101));
  }
}

GST_END_TEST;

/* In a loop nothing goes round that never ends */
GST_START_TEST (test_feed)
{
  WebAudioDelay *line = webaudio_delay_new (1000, 128);
  WebAudioDelayReading reading = { 512, 512, NULL, 0.512, RATE, 0 };
  float samples[512] = { 0, }, sum[512];
  const float *in[] = { samples };
  float *out[] = { sum };

  samples[0] = NAN;
  samples[1] = INFINITY;
  samples[2] = 0.5;
  samples[200] = 1e-13f;
  samples[300] = 1e-13f;
  samples[301] = 1e-12f;
  webaudio_delay_feed (line, 0, in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 512, false);
  fail_unless (!webaudio_delay_is_over (line, 941, 640));
  fail_unless (webaudio_delay_is_over (line, 942, 640));
  webaudio_delay_read (line, &reading, out);
  fail_unless (sum[0] == 0 && sum[1] == 0 && sum[2] == 0.5);
  fail_unless (sum[200] == 1e-13f && sum[300] == 1e-13f);
  webaudio_delay_reset (line);
  webaudio_delay_feed (line, 0, in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, 512, true);
  webaudio_delay_read (line, &reading, out);
  fail_unless (sum[2] == 0.5 && sum[200] == 0 && sum[300] == 1e-13f);
  webaudio_delay_free (line);
}

GST_END_TEST;

static Suite *
delay_suite (void)
{
  Suite *s = suite_create ("delay");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_constant);
  tcase_add_test (tc, test_exact);
  tcase_add_test (tc, test_moving);
  tcase_add_test (tc, test_gaps);
  tcase_add_test (tc, test_channels);
  tcase_add_test (tc, test_channels_in_a_quantum);
  tcase_add_test (tc, test_reader);
  tcase_add_test (tc, test_reset);
  tcase_add_test (tc, test_jump);
  tcase_add_test (tc, test_over);
  tcase_add_test (tc, test_growing);
  tcase_add_test (tc, test_not_finite);
  tcase_add_test (tc, test_feed);
  return s;
}

GST_CHECK_MAIN (delay);
