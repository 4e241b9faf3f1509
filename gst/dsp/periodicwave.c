/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Builds the band-limited tables of periodic waves.
 *
 * Levels: level j sounds the partials up to limits[j]. A level begins to fade
 * in where its highest partial falls below Nyquist, and is complete FADE lower
 * in frequency. Limits are close enough to each other for the lowest partial
 * of a level to be at 0.9 of Nyquist or above it until then. The fade is a
 * function of frequency alone, so that a ramp meets no step.
 *
 * Tables: those of a level are just long enough for the spline's images to
 * stay NOISE below the strongest partial in it, which depends on how fast the
 * wave's spectrum falls. */

#include "periodicwave.h"

#include <float.h>
#include <gst/fft/gstfftf64.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NYQUIST (UINT64_C (1) << 63)

/* Every partial up to here sounds in full. */
#define PASS_BAND 0.9
/* Frequency at which a level begins to fade in, over that where it is
 * complete: half a semitone, because a narrower fade is heard in a ramp and a
 * wider one doubles the work at more frequencies. */
#define FADE 1.03
#define MAX_LEVELS 128

/* Speeds are looked up by their exponent and this many bits of mantissa. */
#define BIN_BITS 5
#define BINS_PER_OCTAVE (1 << BIN_BITS)
#define BIN_OCTAVES 14
#define BINS (BIN_OCTAVES * BINS_PER_OCTAVE + 1)

#define MIN_TABLE_BITS 9
#define MAX_TABLE_BITS 17
/* Power of a table's images over that of the strongest partial. */
#define NOISE 1e-12
/* A table of at most this size gets more: enough cells for each partial for
 * images to vanish in the rounding of float32. */
#define SMALL_TABLE_BITS 12
#define SMALL_TABLE_CELLS 32

/* Enough for every partial of 20 Hz at a sample rate of 160 kHz. */
#define BASIC_PARTIALS 4096
/* The basic waves are normalised by this many partials, as browsers do at the
 * usual sample rates: the spec leaves the length of the series open. */
#define BASIC_NORMALIZATION_PARTIALS 2047
#define MIN_NORMALIZATION_SIZE 4096

struct _WebAudioPeriodicWave
{
  int refs;
  bool is_sine;
  float gain;                   /* of a sine */
  double scale;
  size_t size;
  float *samples;               /* of all tables */
  unsigned n_bands;
  WebAudioWaveBand bands[];     /* by falling speed */
};

/* The same for all waves, and constant once made. */
static struct
{
  unsigned n;
  unsigned limits[MAX_LEVELS];  /* highest partial */
  uint8_t bins[BINS];           /* the first level that a speed can be in */
} levels;

/* The series to build a wave from. */
typedef struct
{
  double *real;                 /* nullable: zeros */
  double *imag;                 /* nullable: zeros */
  unsigned last;                /* highest partial that is not 0 */
} Series;

/* Reused from one table to the next. */
typedef struct
{
  GstFFTF64 *fft;
  unsigned bits;                /* the size that fft and the arrays are for */
  GstFFTF64Complex *spectrum;
  double *cycle;
} Transform;

/* The lowest speed at which partial @limit reaches Nyquist. */
static uint64_t
level_end (unsigned limit)
{
  return (NYQUIST + limit - 1) / limit;
}

/* The highest speed at which all partials up to @limit sound in full. */
static uint64_t
level_full (unsigned limit)
{
  return limit == 1 ? NYQUIST : (uint64_t) ((double) NYQUIST / (limit * FADE));
}

/* 0 for Nyquist, rising as speed falls. */
static unsigned
speed_bin (uint64_t speed)
{
  union
  {
    double value;
    uint64_t bits;
  } u;
  uint64_t bin;

  u.value = (double) NYQUIST;
  bin = u.bits >> (DBL_MANT_DIG - 1 - BIN_BITS);
  u.value = (double) speed;
  bin -= u.bits >> (DBL_MANT_DIG - 1 - BIN_BITS);

  return bin < BINS ? (unsigned) bin : BINS - 1;
}

static void
make_levels (void)
{
  unsigned limit = 1;
  unsigned bin = 0;
  unsigned i;

  while (limit < WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL) {
    unsigned next = (unsigned) ((limit + 1) / (PASS_BAND * FADE));

    levels.limits[levels.n++] = limit;
    limit = next > limit ? next : limit + 1;
  }
  levels.limits[levels.n++] = WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL;

  for (i = 0; i < levels.n; i++) {
    unsigned last = i + 1 < levels.n ?
        speed_bin (level_end (levels.limits[i + 1])) : BINS - 1;

    /* the bin of a boundary belongs to both, so to the first */
    for (; bin <= last; bin++)
      levels.bins[bin] = i;
  }
}

static void
init_levels (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, make_levels);
}

/* The index of the first level that sounds all partials up to @last. */
static unsigned
find_level (unsigned last)
{
  unsigned i = 0;

  while (levels.limits[i] < last)
    i++;
  return i;
}

static double
series_power (const Series * series, unsigned k)
{
  double a = series->real ? series->real[k] : 0.;
  double b = series->imag ? series->imag[k] : 0.;

  return a * a + b * b;
}

static bool
transform_resize (Transform * transform, unsigned bits)
{
  size_t size = (size_t) 1 << bits;

  if (transform->fft && transform->bits == bits)
    return true;

  if (transform->fft)
    gst_fft_f64_free (transform->fft);
  free (transform->spectrum);
  free (transform->cycle);
  transform->bits = bits;
  transform->fft = gst_fft_f64_new ((int) size, TRUE);
  transform->spectrum = malloc ((size / 2 + 1) * sizeof (GstFFTF64Complex));
  transform->cycle = malloc (size * sizeof (double));

  return transform->fft && transform->spectrum && transform->cycle;
}

static void
transform_clear (Transform * transform)
{
  if (transform->fft)
    gst_fft_f64_free (transform->fft);
  free (transform->spectrum);
  free (transform->cycle);
}

/* The spline's response at a frequency in cycles per cell. */
static double
spline_response (double frequency)
{
  double x = M_PI * frequency;
  double sinc = sin (x) / x;

  return sinc * sinc * sinc * sinc * (1. - 4. * x * x * WEBAUDIO_WAVE_SPLINE);
}

/* Sets transform->cycle to the sum of the partials up to @last, each divided
 * by the spline's response if @for_spline. */
static void
transform_series (Transform * transform, const Series * series, unsigned last,
    bool for_spline)
{
  size_t size = (size_t) 1 << transform->bits;
  unsigned k;

  memset (transform->spectrum, 0, (size / 2 + 1) * sizeof (GstFFTF64Complex));
  for (k = 1; k <= last; k++) {
    double gain = for_spline ? 0.5 / spline_response ((double) k / size) : 0.5;

    if (series->real)
      transform->spectrum[k].r = series->real[k] * gain;
    if (series->imag)
      transform->spectrum[k].i = -series->imag[k] * gain;
  }
  gst_fft_f64_inverse_fft (transform->fft, transform->spectrum,
      transform->cycle);
}

/* The spec's normalisation factor of the partials up to @last. */
static bool
measure_peak (Transform * transform, const Series * series, unsigned last,
    double *peak)
{
  unsigned bits = 0;
  size_t i;

  while ((1u << bits) < MIN_NORMALIZATION_SIZE || (1u << bits) / 2 <= last)
    bits++;
  if (!transform_resize (transform, bits))
    return false;

  transform_series (transform, series, last, false);
  *peak = 0.;
  for (i = 0; i < (size_t) 1 << bits; i++)
    *peak = fmax (*peak, fabs (transform->cycle[i]));
  return true;
}

/* The power of the images that the spline leaves of the partials up to @last
 * rises with the eighth power of frequency. @moment is the sum of
 * power · k^8. */
static unsigned
choose_table_bits (unsigned last, double moment, double strongest)
{
  unsigned bits = MIN_TABLE_BITS;

  while (bits < SMALL_TABLE_BITS && (1u << bits) < SMALL_TABLE_CELLS * last)
    bits++;
  for (; bits < MAX_TABLE_BITS; bits++) {
    double size = (double) (1u << bits);
    double highest = last / size;

    /* 0.105 is the limit for low frequencies, the power of 12 covers the
     * excess near a quarter of a cycle per cell */
    if (highest <= 0.25 && 0.105 * moment / pow (size, 8.) /
        pow (1. - highest, 12.) <= NOISE * strongest)
      break;
  }
  return bits;
}

static float
table_value (double value)
{
  /* leaves room for the sums in the renderer */
  return (float) fmin (fmax (value, -FLT_MAX / 16.), FLT_MAX / 16.);
}

/* The samples that a table takes. */
static size_t
table_samples (unsigned bits)
{
  return ((size_t) 1 << bits) + 3;
}

/* Writes the samples of a table from transform->cycle. */
static void
fill_table (float *samples, const Transform * transform, const Series * series,
    double scale)
{
  size_t size = (size_t) 1 << transform->bits;
  float *cycle = samples + 1;
  size_t i;

  for (i = 0; i < size; i++)
    cycle[i] = table_value (transform->cycle[i] * scale * 0.5);

  /* an odd wave crosses 0 exactly, so that it is silent at 0 Hz */
  if (!series->real) {
    cycle[0] = cycle[size / 2] = 0.f;
    for (i = 1; i < size / 2; i++)
      cycle[size - i] = -cycle[i];
  }
  samples[0] = cycle[size - 1];
  cycle[size] = cycle[0];
  cycle[size + 1] = cycle[1];
}

/* Chooses the tables' size for each level: bits[i], or 0 if the level sounds
 * the same partials as the one below it. Returns the number of samples. */
static size_t
plan_tables (const Series * series, unsigned n_levels, uint8_t * bits)
{
  size_t samples = 0;
  double moment = 0.;
  double strongest = 0.;
  unsigned previous = 0;
  unsigned k = 1;
  unsigned i;

  for (i = 0; i < n_levels; i++) {
    unsigned last = 0;

    for (; k <= series->last && k <= levels.limits[i]; k++) {
      double power = series_power (series, k);

      if (power > 0.)
        last = k;
      moment += power * pow (k, 8.);
      strongest = fmax (strongest, power);
    }
    bits[i] = 0;
    /* even an empty lowest level needs a table to fade from */
    if (last || i == 0) {
      bits[i] = choose_table_bits (last, moment, strongest);
      samples += table_samples (bits[i]);
      if (i > 0 && bits[i] != previous)
        samples += table_samples (bits[i]);
      previous = bits[i];
    }
  }
  return samples;
}

/* Builds a table of the partials up to @limit at *@samples, and moves that
 * on. */
static const float *
build_table (float **samples, Transform * transform, const Series * series,
    unsigned limit, unsigned bits, double scale)
{
  const float *table = *samples;

  if (!transform_resize (transform, bits))
    return NULL;
  transform_series (transform, series,
      limit < series->last ? limit : series->last, true);
  fill_table (*samples, transform, series, scale);
  *samples += table_samples (bits);
  return table;
}

static bool
build_bands (WebAudioPeriodicWave * wave, Transform * transform,
    const Series * series, const uint8_t * bits)
{
  float *samples = wave->samples;
  unsigned i;

  for (i = 0; i < wave->n_bands; i++) {
    WebAudioWaveBand *band = &wave->bands[i];
    const WebAudioWaveBand *last = i > 0 ? band - 1 : NULL;
    unsigned limit = levels.limits[i];

    band->min = i + 1 < wave->n_bands ?
        level_end (levels.limits[i + 1]) : UINT64_C (0);
    band->max = last ? level_end (limit) - 1 : NYQUIST;
    band->full = band->max;
    if (!bits[i]) {
      band->wide = last->wide;
      band->bits = last->bits;
      continue;
    }

    band->bits = bits[i];
    if (last) {
      band->full = level_full (limit);
      band->fade_scale = 1. / (double) (band->max + 1 - band->full);
      /* both tables of a band have one size, so that they share the position */
      band->narrow = last->bits == bits[i] ? last->wide :
          build_table (&samples, transform, series, levels.limits[i - 1],
          bits[i], wave->scale);
      if (!band->narrow)
        return false;
    }
    band->wide = build_table (&samples, transform, series, limit, bits[i],
        wave->scale);
    if (!band->wide)
      return false;
  }
  return true;
}

static WebAudioPeriodicWave *
wave_alloc (unsigned n_bands)
{
  size_t size = sizeof (WebAudioPeriodicWave) +
      n_bands * sizeof (WebAudioWaveBand);
  WebAudioPeriodicWave *wave = calloc (1, size);

  if (!wave)
    return NULL;
  wave->refs = 1;
  wave->scale = 1.;
  wave->size = size;
  wave->n_bands = n_bands;
  return wave;
}

static void
wave_free (WebAudioPeriodicWave * wave)
{
  free (wave->samples);
  free (wave);
}

static WebAudioPeriodicWave *
wave_new_sine (double amplitude, bool normalize)
{
  WebAudioPeriodicWave *wave = wave_alloc (0);

  if (!wave)
    return NULL;
  if (normalize && amplitude != 0.)
    wave->scale = 1. / fabs (amplitude);
  wave->is_sine = true;
  wave->gain = (float) (amplitude * wave->scale);
  return wave;
}

/* @normalization_last: the highest partial that counts for normalisation, 0
 * for none. */
static WebAudioPeriodicWave *
wave_new_from_series (const Series * series, unsigned normalization_last)
{
  Transform transform = { NULL, 0, NULL, NULL };
  WebAudioPeriodicWave *wave;
  uint8_t bits[MAX_LEVELS];
  size_t samples;
  double peak = 0.;
  bool ok = false;

  if (series->last <= 1 && !series->real)
    return wave_new_sine (series->last ? series->imag[1] : 0.,
        normalization_last > 0);

  init_levels ();
  wave = wave_alloc (find_level (series->last) + 1);
  if (!wave)
    return NULL;

  samples = plan_tables (series, wave->n_bands, bits);
  wave->size += samples * sizeof (float);
  wave->samples = malloc (samples * sizeof (float));
  if (!wave->samples)
    goto done;

  if (normalization_last > 0 &&
      !measure_peak (&transform, series, normalization_last, &peak))
    goto done;
  if (peak > 0.)
    wave->scale = 1. / peak;

  ok = build_bands (wave, &transform, series, bits);

done:
  transform_clear (&transform);
  if (!ok) {
    wave_free (wave);
    wave = NULL;
  }
  return wave;
}

static WebAudioPeriodicWave *
wave_new_basic (WebAudioBasicWave type)
{
  Series series = { NULL, NULL, 0 };
  WebAudioPeriodicWave *wave;
  unsigned k;

  if (type == WEBAUDIO_WAVE_SINE)
    return wave_new_sine (1., true);

  series.imag = calloc (BASIC_PARTIALS + 1, sizeof (double));
  if (!series.imag)
    return NULL;

  for (k = 1; k <= BASIC_PARTIALS; k++) {
    bool odd = k % 2;

    if (type == WEBAUDIO_WAVE_SAWTOOTH)
      series.imag[k] = (odd ? 2. : -2.) / (k * M_PI);
    else if (type == WEBAUDIO_WAVE_SQUARE && odd)
      series.imag[k] = 4. / (k * M_PI);
    else if (type == WEBAUDIO_WAVE_TRIANGLE && odd)
      series.imag[k] = (k % 4 == 1 ? 8. : -8.) / (M_PI * M_PI * k * k);
    if (series.imag[k] != 0.)
      series.last = k;
  }
  wave = wave_new_from_series (&series, BASIC_NORMALIZATION_PARTIALS);

  free (series.imag);
  return wave;
}

/* A copy of the coefficients up to partial @last, or NULL if all are 0.
 * Sets @highest to the highest that is not, if that is more. */
static bool
copy_coefficients (const float *coefficients, unsigned last, double **copy,
    unsigned *highest)
{
  unsigned k;
  unsigned end = 0;

  *copy = NULL;
  if (!coefficients)
    return true;

  for (k = 1; k <= last; k++)
    if (isfinite (coefficients[k]) && coefficients[k] != 0.f)
      end = k;
  if (end == 0)
    return true;

  *copy = calloc (last + 1, sizeof (double));
  if (!*copy)
    return false;
  for (k = 1; k <= end; k++)
    if (isfinite (coefficients[k]))
      (*copy)[k] = coefficients[k];
  if (end > *highest)
    *highest = end;
  return true;
}

WebAudioPeriodicWave *
webaudio_periodic_wave_new (const float *real, const float *imag, size_t n,
    bool disable_normalization)
{
  Series series = { NULL, NULL, 0 };
  WebAudioPeriodicWave *wave = NULL;
  unsigned last;

  if (n < 2)
    return NULL;
  last = n - 1 < WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL ?
      (unsigned) (n - 1) : WEBAUDIO_PERIODIC_WAVE_MAX_PARTIAL;

  if (copy_coefficients (real, last, &series.real, &series.last) &&
      copy_coefficients (imag, last, &series.imag, &series.last))
    wave = wave_new_from_series (&series,
        disable_normalization ? 0 : (series.last ? series.last : 1));

  free (series.real);
  free (series.imag);
  return wave;
}

WebAudioPeriodicWave *
webaudio_periodic_wave_get_basic (WebAudioBasicWave type)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static WebAudioPeriodicWave *waves[WEBAUDIO_WAVE_TRIANGLE + 1];
  WebAudioPeriodicWave *wave;

  if ((int) type < 0 || type > WEBAUDIO_WAVE_TRIANGLE)
    return NULL;

  pthread_mutex_lock (&lock);
  if (!waves[type])
    waves[type] = wave_new_basic (type);
  wave = waves[type] ? webaudio_periodic_wave_ref (waves[type]) : NULL;
  pthread_mutex_unlock (&lock);

  return wave;
}

WebAudioPeriodicWave *
webaudio_periodic_wave_ref (WebAudioPeriodicWave * wave)
{
  __atomic_fetch_add (&wave->refs, 1, __ATOMIC_RELAXED);
  return wave;
}

void
webaudio_periodic_wave_unref (WebAudioPeriodicWave * wave)
{
  if (wave && __atomic_fetch_sub (&wave->refs, 1, __ATOMIC_ACQ_REL) == 1)
    wave_free (wave);
}

double
webaudio_periodic_wave_get_scale (const WebAudioPeriodicWave * wave)
{
  return wave->scale;
}

size_t
webaudio_periodic_wave_get_size (const WebAudioPeriodicWave * wave)
{
  return wave->size;
}

bool
webaudio_periodic_wave_is_sine (const WebAudioPeriodicWave * wave, float *gain)
{
  if (wave->is_sine)
    *gain = wave->gain;
  return wave->is_sine;
}

const WebAudioWaveBand *
webaudio_periodic_wave_find_band (const WebAudioPeriodicWave * wave,
    uint64_t speed)
{
  unsigned last = wave->n_bands - 1;
  unsigned i = levels.bins[speed_bin (speed)];

  while (i < last && speed < wave->bands[i].min)
    i++;
  return &wave->bands[i < last ? i : last];
}
