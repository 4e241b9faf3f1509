/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures what denormal numbers cost: nanoseconds for each frame of every
 * kernel that has a memory, without the flushing to zero of the render thread
 * and with it.
 *
 *   tails
 *
 * Each kernel renders 2 s of noise and then silence until it rests, but for 2 s
 * at least; and the same with noise whose samples are all denormal. The least
 * of RUNS runs counts: what comes on top of it is the machine's. A missed bar
 * is printed, never an error. */

#include <glib.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "dsp/biquad.h"
#include "dsp/convolver.h"
#include "dsp/delay.h"
#include "dsp/denormals.h"
#include "dsp/dynamicscompressor.h"
#include "dsp/hrtf.h"
#include "dsp/iirfilter.h"
#include "dsp/vector.h"
#include "dsp/waveshaper.h"

#define RATE 48000
#define QUANTUM 128
#define RUNS 5
/* Quanta that each kernel sounds, and after which a tail is given up */
#define SOUND 750
#define LONGEST (20 * RATE / QUANTUM)
/* A tail may cost this many times what sound costs. */
#define BAR 1.5

/* Renders a quantum of one channel, in place. */
typedef struct
{
  const gchar *name;
    gpointer (*begin) (void);
  void (*process) (gpointer kernel, guint64 frame, float *samples);
    gboolean (*is_at_rest) (gpointer kernel);
  void (*end) (gpointer kernel);
} Kernel;

/* The kernels */

static gpointer
begin_biquad (void)
{
  WebAudioBiquad *biquad = g_new0 (WebAudioBiquad, 1);

  webaudio_biquad_init (biquad, RATE);
  return biquad;
}

static void
process_biquad (gpointer kernel, guint64 frame, float *samples)
{
  const WebAudioBiquadMotion motion = { NULL, NULL, NULL, NULL, {40, 0, 20, 0}
  };
  const float *in = samples;

  webaudio_biquad_process (kernel, frame, WEBAUDIO_BIQUAD_LOWPASS, &motion,
      &samples, &in, 1, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, QUANTUM);
}

/* A frequency that moves */
static void
process_sweep (gpointer kernel, guint64 frame, float *samples)
{
  double frequency[QUANTUM];
  const WebAudioBiquadMotion motion = { frequency, NULL, NULL, NULL, {0, 0, 20,
      0}
  };
  const float *in = samples;
  guint i;

  for (i = 0; i < QUANTUM; i++)
    frequency[i] = 40 + (frame + i) % 1000;
  webaudio_biquad_process (kernel, frame, WEBAUDIO_BIQUAD_LOWPASS, &motion,
      &samples, &in, 1, WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, QUANTUM);
}

static gboolean
biquad_is_at_rest (gpointer kernel)
{
  return webaudio_recursion_is_at_rest (&((WebAudioBiquad *) kernel)->past);
}

static void
end_biquad (gpointer kernel)
{
  webaudio_biquad_clear (kernel);
  g_free (kernel);
}

static gpointer
make_iir (double factor)
{
  static const double a[] = { 1, -2.37, 2.31, -1.05, 0.187 };
  const double b[] = { 0.004 * factor, 0.017 * factor, 0.025 * factor,
    0.017 * factor, 0.004 * factor
  };
  WebAudioIirFilter *filter = g_new0 (WebAudioIirFilter, 1);

  webaudio_iir_filter_init (filter, b, G_N_ELEMENTS (b), a, G_N_ELEMENTS (a),
      RATE);
  return filter;
}

static gpointer
begin_iir (void)
{
  return make_iir (1);
}

/* What it makes of denormal sound is denormal in double precision. */
static gpointer
begin_faint_iir (void)
{
  return make_iir (1e-272);
}

static void
process_iir (gpointer kernel, guint64 frame, float *samples)
{
  const float *in = samples;

  webaudio_iir_filter_process (kernel, frame, &samples, &in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, QUANTUM);
}

static gboolean
iir_is_at_rest (gpointer kernel)
{
  return webaudio_recursion_is_at_rest (&((WebAudioIirFilter *) kernel)->past);
}

static void
end_iir (gpointer kernel)
{
  webaudio_iir_filter_clear (kernel);
  g_free (kernel);
}

/* A response that is denormal itself in the end */
static gpointer
begin_convolver (void)
{
  const guint length = 2 * RATE;
  float *response = g_new (float, length);
  WebAudioConvolver *convolver;
  guint i;

  for (i = 0; i < length; i++)
    response[i] = (i * 7919 % 1000 / 500.0 - 1) * pow (10, -44.0 * i / length);
  convolver = webaudio_convolver_new ((const float *const *) &response, 1,
      length, 1);
  g_free (response);
  return convolver;
}

static void
process_convolver (gpointer kernel, guint64 frame, float *samples)
{
  const float *in = samples;

  webaudio_convolver_process (kernel, frame, &in, 1, &samples, 1, QUANTUM);
}

static gboolean
convolver_is_at_rest (gpointer kernel)
{
  return webaudio_convolver_is_at_rest (kernel);
}

static void
end_convolver (gpointer kernel)
{
  webaudio_convolver_free (kernel);
}

/* A delay of 10 ms whose output comes back at 0.9; so does the smallest number,
 * for 0.9 of it is rounded to itself, and the tail has no end. */
static gpointer
begin_delay (void)
{
  return webaudio_delay_new (RATE, QUANTUM);
}

static void
process_delay (gpointer kernel, guint64 frame, float *samples)
{
  const WebAudioDelayReading reading = { frame, QUANTUM, NULL, 0.01, RATE, 0 };
  const float *in = samples;
  float echo[QUANTUM], *out = echo;
  bool silent;

  webaudio_delay_survey (kernel, &reading, &silent);
  if (!silent) {
    webaudio_delay_read (kernel, &reading, &out);
    webaudio_vector_add_scaled (samples, echo, 0.9f, QUANTUM);
  }
  webaudio_delay_feed (kernel, frame, &in, 1,
      WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS, QUANTUM, FALSE);
}

static void
end_delay (gpointer kernel)
{
  webaudio_delay_free (kernel);
}

static gpointer
begin_compressor (void)
{
  return webaudio_compressor_new (RATE);
}

static void
process_compressor (gpointer kernel, guint64 frame, float *samples)
{
  static const WebAudioCompressorSettings settings = { -24, 30, 12, 0.003, 0.25
  };
  const float *in = samples;

  webaudio_compressor_process (kernel, &settings, frame, &in, 1, &samples, 1,
      QUANTUM);
}

static gboolean
compressor_is_at_rest (gpointer kernel)
{
  return webaudio_compressor_is_at_rest (kernel);
}

static void
end_compressor (gpointer kernel)
{
  webaudio_compressor_free (kernel);
}

typedef struct
{
  WebAudioShaper shaper;
  WebAudioCurve *curve;
} Shaper;

static gpointer
begin_shaper (void)
{
  Shaper *self = g_new0 (Shaper, 1);
  double values[257];
  guint i;

  for (i = 0; i < 257; i++)
    values[i] = tanh (3 * (i / 128.0 - 1));
  self->curve = webaudio_curve_new (values, 257);
  webaudio_shaper_init (&self->shaper);
  webaudio_shaper_reset (&self->shaper, 4);
  if (!self->curve || !webaudio_shaper_widen (&self->shaper, 1,
          WEBAUDIO_CHANNEL_INTERPRETATION_SPEAKERS))
    g_error ("no memory");
  return self;
}

static void
process_shaper (gpointer kernel, guint64 frame, float *samples)
{
  Shaper *self = kernel;
  const float *in = samples;

  webaudio_shaper_process (&self->shaper, self->curve, frame, &samples, &in, 1,
      QUANTUM);
}

static gboolean
shaper_is_at_rest (gpointer kernel)
{
  return webaudio_shaper_is_at_rest (&((Shaper *) kernel)->shaper);
}

static void
end_shaper (gpointer kernel)
{
  Shaper *self = kernel;

  webaudio_shaper_clear (&self->shaper);
  free (self->curve);
  g_free (self);
}

static WebAudioHrtfSet *
make_hrtf_set (void)
{
  static const float azimuths[] = { 0, 90, 180, 270 }, elevations[4];
  enum
  { TAPS = 256 };
  float responses[4 * 2 * TAPS];
  const WebAudioHrtfMeasurement measurement = { 4, azimuths, elevations, TAPS,
    responses, RATE
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (responses); i++)
    responses[i] = (i * 7919 % 1000 / 500.0 - 1) * pow (0.97, i % TAPS);
  return webaudio_hrtf_set_new (&measurement, RATE);
}

static gpointer
begin_hrtf (void)
{
  static WebAudioHrtfSet *set;

  if (!set)
    set = make_hrtf_set ();
  return webaudio_hrtf_new (set);
}

static void
process_hrtf (gpointer kernel, guint64 frame, float *samples)
{
  float right[QUANTUM], *out[] = { samples, right };
  const float *in = samples;

  webaudio_hrtf_process (kernel, frame, out, &in, 1, 30, 0, 1, QUANTUM);
}

static gboolean
hrtf_is_at_rest (gpointer kernel)
{
  return webaudio_hrtf_is_at_rest (kernel);
}

static void
end_hrtf (gpointer kernel)
{
  webaudio_hrtf_free (kernel);
}

static const Kernel kernels[] = {
  {"biquadfilter", begin_biquad, process_biquad, biquad_is_at_rest, end_biquad},
  {"biquadfilter, moving", begin_biquad, process_sweep, biquad_is_at_rest,
      end_biquad},
  {"iirfilter, order 4", begin_iir, process_iir, iir_is_at_rest, end_iir},
  {"iirfilter, order 4, of factor 1e-272", begin_faint_iir, process_iir,
      iir_is_at_rest, end_iir},
  {"convolver, 2 s", begin_convolver, process_convolver, convolver_is_at_rest,
      end_convolver},
  {"delay in a loop", begin_delay, process_delay, NULL, end_delay},
  {"dynamicscompressor", begin_compressor, process_compressor,
      compressor_is_at_rest, end_compressor},
  {"waveshaper, 4x", begin_shaper, process_shaper, shaper_is_at_rest,
      end_shaper},
  {"panner, HRTF", begin_hrtf, process_hrtf, hrtf_is_at_rest, end_hrtf},
};

/* Measuring */

static double
nanoseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static gboolean
is_silent (const float *samples)
{
  guint i;

  for (i = 0; i < QUANTUM && samples[i] == 0; i++);
  return i == QUANTUM;
}

/* One that does not know when it rests does when nothing comes for a second. */
static gboolean
is_over (const Kernel * kernel, gpointer state, const float *samples,
    guint * silent)
{
  if (kernel->is_at_rest)
    return kernel->is_at_rest (state);
  *silent = is_silent (samples) ? *silent + 1 : 0;
  return *silent > RATE / QUANTUM;
}

typedef struct
{
  double sound;                 /* ns a frame */
  double tail;                  /* with the rest after it */
  guint quanta;                 /* of the tail alone */
} Costs;

static void
fill_with_noise (float *samples, double amplitude)
{
  GRand *noise = g_rand_new_with_seed (1);
  guint i;

  for (i = 0; i < SOUND * QUANTUM; i++)
    samples[i] = amplitude * g_rand_double_range (noise, -1, 1);
  g_rand_free (noise);
}

/* Noise of some amplitude, then silence, as long as there was noise at least:
 * a short tail by itself would be too short to be measured */
static void
run (const Kernel * kernel, double amplitude, Costs * least)
{
  static float sound[SOUND * QUANTUM];
  gpointer state = kernel->begin ();
  float tail[QUANTUM];
  double begin, middle;
  guint quantum, end = 0, silent = 0;

  fill_with_noise (sound, amplitude);
  begin = nanoseconds ();
  for (quantum = 0; quantum < SOUND; quantum++)
    kernel->process (state, quantum * QUANTUM, sound + quantum * QUANTUM);
  middle = nanoseconds ();
  do {
    memset (tail, 0, sizeof tail);
    kernel->process (state, quantum++ * QUANTUM, tail);
    if (end == 0 && is_over (kernel, state, tail, &silent))
      end = quantum;
  } while (quantum < (end ? 2 * SOUND : SOUND + LONGEST));
  least->quanta = (end ? end : quantum) - SOUND;
  least->sound = MIN (least->sound, (middle - begin) / SOUND / QUANTUM);
  least->tail = MIN (least->tail,
      (nanoseconds () - middle) / (quantum - SOUND) / QUANTUM);
  kernel->end (state);
}

static void
measure (const Kernel * kernel)
{
  Costs loud = { INFINITY, INFINITY, 0 }, denormal = loud;
  double worst;
  guint i;

  for (i = 0; i < RUNS; i++) {
    run (kernel, 1, &loud);
    run (kernel, 1e-39, &denormal);
  }
  worst = MAX (MAX (loud.tail, denormal.sound), denormal.tail) / loud.sound;
  g_print ("| %s | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f | %s |\n",
      kernel->name, loud.sound, loud.tail,
      loud.quanta * (double) QUANTUM / RATE, denormal.sound, denormal.tail,
      denormal.quanta * (double) QUANTUM / RATE,
      worst <= BAR ? "met" : "MISSED");
}

static void
print_table (const gchar * title)
{
  guint i;

  g_print ("%s, ns a frame; bar: no figure above %g times that of sound\n\n"
      "| kernel | sound | its tail | s | denormal sound | its tail | s | bar |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n", title, BAR);
  for (i = 0; i < G_N_ELEMENTS (kernels); i++)
    measure (&kernels[i]);
  g_print ("\n");
}

int
main (void)
{
  WebAudioDenormals denormals;

  print_table ("The kernels alone");
  denormals = webaudio_denormals_flush ();
  print_table ("As in the render thread, which flushes denormals to zero");
  webaudio_denormals_restore (denormals);
  return 0;
}
