/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures how clean the oscillator's sawtooth and square are.
 *
 *   oscillator-quality [--list | --render FILE] [--compare NAME=FILE]...
 *
 * prints, for each tone, two figures of our render and of each one compared:
 *   noise    everything that is no partial of the tone (aliases, images,
 *            rounding, DC), as power over that of the fundamental
 *   partial  the largest deviation of a partial from its ideal level, over all
 *            partials up to 0.9 of Nyquist
 * For a tone with a frequency ramp, noise is the difference from exact
 * additive synthesis, and peak its largest sample over the amplitude of the
 * fundamental; both in the band below 0.8 of Nyquist, because the partials
 * above 0.9 are the engine's choice. Exits 1 if our render misses the bar.
 *
 * --list prints the tones as JSON, for another engine to render: an array of
 *   {"type", "frequency", "endFrequency" (ramps only), "frames", "sampleRate"}
 * An oscillator of that type starts at time 0 and is rendered for that many
 * frames; endFrequency is a linear ramp of the frequency from time 0 to the
 * time after the last frame. Every frequency is a float32 exactly.
 * --render writes our render of all tones, and --compare reads another's: raw
 * float32 in native byte order, mono, the tones one after the other without a
 * gap, in the order of --list: 20 sawtooths by rising frequency, 20 squares,
 * then the ramps of the sawtooth and those of the square.
 *
 * All tones have FRAMES frames. The steady ones make a whole number of cycles
 * in them, so that a spectrum of all frames resolves each partial to a bin, and
 * none of the first aliases falls near a partial. */

#include "dsp/oscillator.h"

#include <gst/fft/gstfftf64.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_RATE 48000.
#define NYQUIST (SAMPLE_RATE / 2.)
#define FRAMES 262144

#define STEADY 20
#define LOWEST 20.
#define HIGHEST 15000.

/* The part of a spectrum that belongs to a partial, in bins to either side:
 * the main lobe of a Kaiser window whose side lobes are below -180 dB. */
#define WINDOW_BETA 24.
#define LOBE 8
/* Multiples of the sample rate whose aliases are kept away from partials. */
#define FOLDS 3
#define ALIAS_DISTANCE 12

#define PASS_BAND 0.9
#define FILTER_PASS 0.8
#define FILTER_TAPS 255
#define FILTER_BETA 18.

#define BAR_NOISE -100.
#define BAR_PARTIAL 0.05

#define MAX_COMPARED 8

typedef struct
{
  WebAudioBasicWave type;
  double frequency;
  double end_frequency;         /* the same for a steady tone */
} Tone;

typedef struct
{
  double noise;                 /* dB */
  double detail;                /* dB: partial, or peak of a ramp */
} Quality;

typedef struct
{
  const char *name;
  float *samples;               /* of all tones */
} Render;

static const double ramps[][2] =
    { {20., 200.}, {200., 2000.}, {2000., 15000.} };

#define RAMPS (sizeof (ramps) / sizeof (ramps[0]))
#define TONES (2 * (STEADY + RAMPS))

static void *
allocate (size_t n, size_t size)
{
  void *memory = calloc (n, size);

  if (!memory) {
    fputs ("Out of memory\n", stderr);
    exit (2);
  }
  return memory;
}

static const char *
type_name (WebAudioBasicWave type)
{
  return type == WEBAUDIO_WAVE_SAWTOOTH ? "sawtooth" : "square";
}

static bool
is_ramp (const Tone * tone)
{
  return tone->end_frequency != tone->frequency;
}

/* The level of a partial of the type, before normalisation; may be negative. */
static double
series_level (WebAudioBasicWave type, unsigned k)
{
  if (type == WEBAUDIO_WAVE_SAWTOOTH)
    return (k % 2 ? 2. : -2.) / (k * M_PI);
  return k % 2 ? 4. / (k * M_PI) : 0.;
}

/* Whether the aliases of a tone of @cycles cycles lie between its partials. */
static bool
is_measurable (unsigned cycles)
{
  unsigned fold;

  for (fold = 1; fold <= FOLDS; fold++) {
    unsigned offset = fold * FRAMES % cycles;

    if (offset < ALIAS_DISTANCE || cycles - offset < ALIAS_DISTANCE)
      return false;
  }
  return true;
}

/* The frequency nearest above @target that suits. It repeats only after half of
 * the frames or all, so that rounding spreads over the spectrum. */
static double
measurable_frequency (double target)
{
  unsigned cycles = (unsigned) ceil (target * FRAMES / SAMPLE_RATE);
  double frequency = cycles * SAMPLE_RATE / FRAMES;

  while (cycles % 4 == 0 || !is_measurable (cycles) ||
      (double) (float) frequency != frequency) {
    cycles++;
    frequency = cycles * SAMPLE_RATE / FRAMES;
  }
  return frequency;
}

static void
make_tones (Tone * tones)
{
  static const WebAudioBasicWave types[] =
      { WEBAUDIO_WAVE_SAWTOOTH, WEBAUDIO_WAVE_SQUARE };
  Tone *tone = tones;
  unsigned t;
  unsigned i;

  for (t = 0; t < 2; t++) {
    for (i = 0; i < STEADY; i++, tone++) {
      tone->type = types[t];
      tone->frequency = measurable_frequency (LOWEST *
          pow (HIGHEST / LOWEST, (double) i / (STEADY - 1)));
      tone->end_frequency = tone->frequency;
    }
  }
  for (t = 0; t < 2; t++) {
    for (i = 0; i < RAMPS; i++, tone++) {
      tone->type = types[t];
      tone->frequency = ramps[i][0];
      tone->end_frequency = ramps[i][1];
    }
  }
}

static double
frequency_at (const Tone * tone, unsigned frame)
{
  return tone->frequency +
      (tone->end_frequency - tone->frequency) * ((double) frame / FRAMES);
}

static void
print_list (const Tone * tones)
{
  unsigned i;

  for (i = 0; i < TONES; i++) {
    printf ("%s {\"type\": \"%s\", \"frequency\": %.17g, ", i ? ",\n" : "[\n",
        type_name (tones[i].type), tones[i].frequency);
    if (is_ramp (&tones[i]))
      printf ("\"endFrequency\": %.17g, ", tones[i].end_frequency);
    printf ("\"frames\": %d, \"sampleRate\": %g}", FRAMES, SAMPLE_RATE);
  }
  puts ("\n]");
}

static void
render_tone (const Tone * tone, float *out)
{
  WebAudioPeriodicWave *wave = webaudio_periodic_wave_get_basic (tone->type);

  if (is_ramp (tone)) {
    double *frequencies = allocate (FRAMES, sizeof (double));
    int64_t *increments = allocate (FRAMES, sizeof (int64_t));
    unsigned i;

    for (i = 0; i < FRAMES; i++)
      frequencies[i] = frequency_at (tone, i);
    webaudio_oscillator_increments (increments, frequencies, 0., NULL, 0.,
        SAMPLE_RATE, FRAMES);
    webaudio_oscillator_render_varying (wave, 0, increments, out, FRAMES);
    free (frequencies);
    free (increments);
  } else {
    webaudio_oscillator_render (wave, 0,
        webaudio_oscillator_increment (tone->frequency, SAMPLE_RATE), out,
        FRAMES);
  }
  webaudio_periodic_wave_unref (wave);
}

static float *
render_all (const Tone * tones)
{
  float *samples = allocate (TONES * FRAMES, sizeof (float));
  unsigned i;

  for (i = 0; i < TONES; i++)
    render_tone (&tones[i], samples + (size_t) i * FRAMES);
  return samples;
}

static float *
read_all (const char *path)
{
  float *samples = allocate (TONES * FRAMES, sizeof (float));
  FILE *file = fopen (path, "rb");
  size_t n = file ? fread (samples, sizeof (float), TONES * FRAMES, file) : 0;

  if (n != TONES * FRAMES || fgetc (file) != EOF) {
    fprintf (stderr, "%s does not hold %d tones of %d float32 samples\n", path,
        (int) TONES, FRAMES);
    exit (2);
  }
  fclose (file);
  return samples;
}

static bool
write_all (const char *path, const float *samples)
{
  FILE *file = fopen (path, "wb");
  bool ok = file &&
      fwrite (samples, sizeof (float), TONES * FRAMES, file) == TONES * FRAMES;

  if (file && fclose (file) != 0)
    ok = false;
  if (!ok)
    perror (path);
  return ok;
}

/* The modified Bessel function of the first kind and order 0. */
static double
bessel_i0 (double x)
{
  double sum = 1.;
  double term = 1.;
  unsigned i;

  for (i = 1; term > sum * 1e-18; i++) {
    term *= (x / (2. * i)) * (x / (2. * i));
    sum += term;
  }
  return sum;
}

static double
kaiser (double beta, double position)
{
  double x = 2. * position - 1.;

  return bessel_i0 (beta * sqrt (fmax (0., 1. - x * x))) / bessel_i0 (beta);
}

static double
decibels (double power)
{
  return 10. * log10 (fmax (power, 1e-40));
}

/* The power of each bin, that of a sine of amplitude 1 in its bin being 1, and
 * of white noise *@noise_scale times the noise's share of a bin. */
static double *
power_spectrum (const float *samples, double *noise_scale)
{
  GstFFTF64 *fft = gst_fft_f64_new (FRAMES, FALSE);
  double *windowed = allocate (FRAMES, sizeof (double));
  double *power = allocate (FRAMES / 2 + 1, sizeof (double));
  GstFFTF64Complex *spectrum =
      allocate (FRAMES / 2 + 1, sizeof (GstFFTF64Complex));
  double sum = 0.;
  double sum_of_squares = 0.;
  unsigned i;

  for (i = 0; i < FRAMES; i++) {
    double w = kaiser (WINDOW_BETA, (double) i / FRAMES);

    windowed[i] = samples[i] * w;
    sum += w;
    sum_of_squares += w * w;
  }
  gst_fft_f64_fft (fft, windowed, spectrum);
  for (i = 0; i <= FRAMES / 2; i++)
    power[i] = 4. * (spectrum[i].r * spectrum[i].r +
        spectrum[i].i * spectrum[i].i) / (sum * sum);
  *noise_scale = FRAMES * sum_of_squares / (sum * sum);

  gst_fft_f64_free (fft);
  free (windowed);
  free (spectrum);
  return power;
}

static void
measure_steady (const Tone * tone, double scale, const float *samples,
    Quality * quality)
{
  unsigned cycles = (unsigned) lrint (tone->frequency * FRAMES / SAMPLE_RATE);
  double noise_scale;
  double *power = power_spectrum (samples, &noise_scale);
  double fundamental = power[cycles];
  double noise = 0.;
  unsigned noise_bins = 0;
  unsigned k;
  unsigned bin;

  quality->detail = 0.;
  for (k = 1; k * cycles <= PASS_BAND * FRAMES / 2; k++) {
    double level = fabs (series_level (tone->type, k)) * scale;

    if (level > 0.)
      quality->detail = fmax (quality->detail,
          fabs (decibels (power[k * cycles] / (level * level))));
  }

  for (bin = 0; bin <= FRAMES / 2; bin++) {
    unsigned nearest = (bin + cycles / 2) / cycles;
    unsigned distance = (unsigned) abs ((int) bin - (int) (nearest * cycles));

    if (nearest == 0 || series_level (tone->type, nearest) == 0. ||
        nearest * cycles >= FRAMES / 2 || distance > LOBE) {
      noise += power[bin];
      noise_bins++;
    }
  }
  noise *= (FRAMES / 2 + 1) / (double) noise_bins / noise_scale;
  quality->noise = decibels (noise / fundamental);
  free (power);
}

/* Adds the tone's ideal additive synthesis at one frame: each partial in full
 * up to 0.9 of Nyquist, from there to Nyquist by a raised cosine. */
static double
additive_frame (const Tone * tone, double frequency, double phase)
{
  double c = cos (2. * M_PI * phase);
  double s = sin (2. * M_PI * phase);
  double ck = 1.;
  double sk = 0.;
  double sum = 0.;
  unsigned k;

  for (k = 1; k * frequency < NYQUIST; k++) {
    double previous = ck;
    double beyond = (k * frequency / NYQUIST - PASS_BAND) / (1. - PASS_BAND);
    double level = series_level (tone->type, k);

    ck = previous * c - sk * s;
    sk = previous * s + sk * c;
    if (k > 1 && beyond > 0.)
      level *= 0.5 + 0.5 * cos (M_PI * beyond);
    sum += level * sk;
  }
  return sum;
}

/* Keeps what is below 0.8 of Nyquist. Returns the number of samples left. */
static unsigned
low_pass (const double *in, double *out)
{
  double taps[FILTER_TAPS];
  double cutoff = 0.5 * (FILTER_PASS + PASS_BAND);
  unsigned n = FRAMES - FILTER_TAPS + 1;
  unsigned i;
  unsigned j;

  for (j = 0; j < FILTER_TAPS; j++) {
    double x = (double) j - (FILTER_TAPS - 1) / 2;

    taps[j] = kaiser (FILTER_BETA, (double) j / (FILTER_TAPS - 1)) *
        (x == 0. ? cutoff : sin (M_PI * cutoff * x) / (M_PI * x));
  }
  for (i = 0; i < n; i++) {
    double sum = 0.;

    for (j = 0; j < FILTER_TAPS; j++)
      sum += taps[j] * in[i + j];
    out[i] = sum;
  }
  return n;
}

static void
measure_ramp (const Tone * tone, double scale, const float *samples,
    Quality * quality)
{
  double *error = allocate (FRAMES, sizeof (double));
  double *audible = allocate (FRAMES, sizeof (double));
  double level = series_level (tone->type, 1) * scale;
  long double phase = 0.;
  double power = 0.;
  double peak = 0.;
  unsigned n;
  unsigned i;

  for (i = 0; i < FRAMES; i++) {
    double frequency = frequency_at (tone, i);

    error[i] = samples[i] -
        scale * additive_frame (tone, frequency, (double) phase);
    phase += frequency / (long double) SAMPLE_RATE;
    phase -= floorl (phase);
  }
  n = low_pass (error, audible);
  for (i = 0; i < n; i++) {
    power += audible[i] * audible[i] / n;
    peak = fmax (peak, fabs (audible[i]));
  }
  quality->noise = decibels (power / (0.5 * level * level));
  quality->detail = decibels (peak * peak / (level * level));
  free (error);
  free (audible);
}

static void
measure (const Tone * tone, const float *samples, Quality * quality)
{
  WebAudioPeriodicWave *wave = webaudio_periodic_wave_get_basic (tone->type);
  double scale = webaudio_periodic_wave_get_scale (wave);

  if (is_ramp (tone))
    measure_ramp (tone, scale, samples, quality);
  else
    measure_steady (tone, scale, samples, quality);
  webaudio_periodic_wave_unref (wave);
}

static void
print_head (const Render * renders, unsigned n, const char *detail)
{
  unsigned i;

  printf ("\n%-9s %-19s", "", "");
  for (i = 0; i < n; i++)
    printf ("  %21.21s", renders[i].name);
  printf ("\n%-9s %-19s", "type", "frequency (Hz)");
  for (i = 0; i < n; i++)
    printf ("  %10s %10s", "noise", detail);
  puts ("");
}

/* Prints a part of the tones and what is worst of each render. */
static void
print_table (const Tone * tones, unsigned first, unsigned end,
    const Render * renders, unsigned n_renders, Quality * worst)
{
  unsigned i;
  unsigned r;

  for (r = 0; r < n_renders; r++)
    worst[r].noise = worst[r].detail = -1e3;

  for (i = first; i < end; i++) {
    printf ("%-9s %9.3f", type_name (tones[i].type), tones[i].frequency);
    if (is_ramp (&tones[i]))
      printf (" %9.3f", tones[i].end_frequency);
    else
      printf (" %9s", "");
    for (r = 0; r < n_renders; r++) {
      Quality quality;

      measure (&tones[i], renders[r].samples + (size_t) i * FRAMES, &quality);
      printf ("  %10.1f %10.4f", quality.noise, quality.detail);
      worst[r].noise = fmax (worst[r].noise, quality.noise);
      worst[r].detail = fmax (worst[r].detail, quality.detail);
    }
    puts ("");
    fflush (stdout);
  }
  printf ("%-29s", "worst");
  for (r = 0; r < n_renders; r++)
    printf ("  %10.1f %10.4f", worst[r].noise, worst[r].detail);
  puts ("");
}

static bool
print_report (const Tone * tones, const Render * renders, unsigned n)
{
  Quality steady[MAX_COMPARED + 1];
  Quality ramp[MAX_COMPARED + 1];
  bool good;

  printf ("Noise over the fundamental and the worst level of a partial up to "
      "0.9 of Nyquist, in dB\n");
  print_head (renders, n, "partial");
  print_table (tones, 0, 2 * STEADY, renders, n, steady);

  printf ("\nFrequency ramps: difference from additive synthesis, and its "
      "largest sample, in dB\n");
  print_head (renders, n, "peak");
  print_table (tones, 2 * STEADY, TONES, renders, n, ramp);

  good = steady[0].noise <= BAR_NOISE && steady[0].detail <= BAR_PARTIAL &&
      ramp[0].noise <= BAR_NOISE;
  printf ("\n%s: noise at most %g dB, partials within %g dB\n",
      good ? "Bar held" : "BAR MISSED", BAR_NOISE, BAR_PARTIAL);
  return good;
}

/* Reads NAME=FILE. */
static bool
parse_compared (char *argument, Render * render)
{
  char *path = argument ? strchr (argument, '=') : NULL;

  if (!path)
    return false;
  *path++ = '\0';
  render->name = argument;
  render->samples = read_all (path);
  return true;
}

int
main (int argc, char **argv)
{
  Tone tones[TONES];
  Render renders[MAX_COMPARED + 1];
  unsigned n = 1;
  bool good;
  int i;

  make_tones (tones);
  if (argc == 2 && strcmp (argv[1], "--list") == 0) {
    print_list (tones);
    return 0;
  }

  renders[0].name = "gst-webaudio";
  renders[0].samples = render_all (tones);
  if (argc == 3 && strcmp (argv[1], "--render") == 0) {
    good = write_all (argv[2], renders[0].samples);
    free (renders[0].samples);
    return good ? 0 : 2;
  }

  for (i = 1; i < argc; i += 2) {
    if (strcmp (argv[i], "--compare") != 0 || n > MAX_COMPARED ||
        !parse_compared (argv[i + 1], &renders[n])) {
      fprintf (stderr,
          "Usage: %s [--list | --render FILE] [--compare NAME=FILE]...\n",
          argv[0]);
      return 2;
    }
    n++;
  }

  good = print_report (tones, renders, n);
  while (n > 0)
    free (renders[--n].samples);
  return good ? 0 : 1;
}
