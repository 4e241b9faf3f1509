/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Head-related responses.
 *
 * The measured responses are brought to one beginning, and where each begins is
 * remembered: between two directions both the shape and the delay can be
 * interpolated then, where a mean of responses as they are would be a comb
 * filter. The response for a direction is put together when the source has got
 * there, by shifting the interpolated shape by the interpolated delay. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fft.h"
#include "hrtf.h"
#include "vector.h"

#define QUANTUM 128
#define ALIGNMENT 32            /* bytes, of spectra */
#define PI 3.14159265358979323846

/* The grid, in degrees */
#define AZIMUTH_STEP 5
#define ELEVATION_STEP 10
#define N_AZIMUTHS (360 / AZIMUTH_STEP)
#define N_ELEVATIONS (180 / ELEVATION_STEP + 1)
#define N_GRID (N_AZIMUTHS * N_ELEVATIONS)

/* What of the length is kept at 44100 Hz, as browsers do. */
#define LENGTH_AT_44100 256
/* A response begins where it first has this part of its peak; the first of them
 * then has so many seconds before it, as in browsers. */
#define ONSET 0.1
#define LEAD (24.0 / 44100)
/* The end is faded out. */
#define FADE_OUT (10.0 / 44100)
/* The mean energy of the responses in the horizontal plane, times their rate:
 * that with which tones and music are about as loud as in Chromium at 48 kHz. */
#define ENERGY (0.28 * 48000)
#define HORIZONTAL 5            /* degrees */

/* Between samples: a sinc under a Kaiser window. */
#define HALF_WIDTH 16
#define PHASES 128
#define KAISER 8.0

/* Hops of a fade from one direction to the next */
#define FADE_HOPS 8

typedef struct
{
  double x, y, z;
} Direction;

struct WebAudioHrtfSet
{
  double rate;
  unsigned size;
  unsigned fade_out;            /* frames */
  WebAudioFft *plan;
  float *shapes;                /* of the grid, for each ear */
  float *delays;                /* frames */
  double sinc[PHASES + 1][2 * HALF_WIDTH];
};

/* What is heard of one direction: the spectra of the responses, times -i, so that
 * what comes with the second half of a block is where the first half would be. */
typedef struct
{
  double azimuth;
  double elevation;
  float *spectra[2];
} Kernel;

/* The floats of a source are in one piece of memory. */
struct WebAudioHrtf
{
  const WebAudioHrtfSet *set;
  unsigned size;
  void *memory;

  float *newest[2];             /* what is gathered, for each ear */
  float *before[2];             /* the block before it */
  bool sounds;                  /* newest has something else than zeros */
  bool sounded;                 /* the same of before */
  bool differ;                  /* the ears of newest, of before */
  bool differed;

  float *spectra[2];
  float *product;
  float *out[2];                /* what is heard during newest */
  float *faded;
  bool out_sounds;

  Kernel kernels[2];
  unsigned current;
  bool settled;                 /* the current kernel is that of a direction */
  bool fading;                  /* to the other one */
  unsigned faded_hops;

  uint64_t quantum;
  double gain_from;
  double gain_to;
};

/* The set */

unsigned
webaudio_hrtf_get_size (double rate)
{
  double length = LENGTH_AT_44100 * rate / 44100;
  unsigned size = WEBAUDIO_FFT_MIN_SIZE;

  while (size * 2 <= length)
    size *= 2;
  return size;
}

static double
bessel (double x)
{
  double sum = 1, term = 1;
  unsigned k;

  for (k = 1; k < 40; k++) {
    term *= x / 2 / k;
    sum += term * term;
  }
  return sum;
}

/* For each phase between two samples the factors of the samples around. */
static void
make_sinc (WebAudioHrtfSet * set, double cutoff)
{
  unsigned phase, j;

  for (phase = 0; phase <= PHASES; phase++)
    for (j = 0; j < 2 * HALF_WIDTH; j++) {
      double t = (int) j - (HALF_WIDTH - 1) - phase / (double) PHASES;
      double edge = t / HALF_WIDTH;
      double window = edge * edge < 1 ?
          bessel (KAISER * sqrt (1 - edge * edge)) / bessel (KAISER) : 0;

      set->sinc[phase][j] = window * (t == 0 ? cutoff :
          sin (PI * cutoff * t) / (PI * t));
    }
}

/* The factors for what lies @fraction of a sample after the sample that the
 * factor number HALF_WIDTH - 1 is for. */
static void
get_sinc (const WebAudioHrtfSet * set, double fraction, double *factors)
{
  double place = fraction * PHASES;
  unsigned phase = place < PHASES ? (unsigned) place : PHASES - 1, j;
  double weight = place - phase;

  for (j = 0; j < 2 * HALF_WIDTH; j++)
    factors[j] = set->sinc[phase][j] * (1 - weight)
        + set->sinc[phase + 1][j] * weight;
}

/* What @samples are at time @t, which counts samples. */
static double
sample_at (const WebAudioHrtfSet * set, const float *samples, size_t n,
    double t)
{
  double factors[2 * HALF_WIDTH], sum = 0;
  double whole = floor (t);
  long first = (long) whole - (HALF_WIDTH - 1);
  int j;

  if (first + 2 * HALF_WIDTH <= 0 || first >= (long) n)
    return 0;
  get_sinc (set, t - whole, factors);
  for (j = 0; j < 2 * HALF_WIDTH; j++)
    if (first + j >= 0 && first + j < (long) n)
      sum += factors[j] * samples[first + j];
  return sum;
}

/* Where a response begins, in samples and parts of one. */
static double
find_onset (const float *samples, size_t n)
{
  float peak = 0, threshold;
  double onset;
  size_t i;

  for (i = 0; i < n; i++)
    if (fabsf (samples[i]) > peak)
      peak = fabsf (samples[i]);
  threshold = (float) (peak * ONSET);
  for (i = 0; i < n && fabsf (samples[i]) < threshold; i++);
  if (i == 0 || i == n || peak == 0)
    return 0;
  onset = i - (fabsf (samples[i]) - threshold)
      / (fabsf (samples[i]) - fabsf (samples[i - 1]));
  return isfinite (onset) ? onset : 0;
}

static inline void
direction_init (Direction * direction, double azimuth, double elevation)
{
  direction->x = sin (azimuth * PI / 180) * cos (elevation * PI / 180);
  direction->y = sin (elevation * PI / 180);
  direction->z = -cos (azimuth * PI / 180) * cos (elevation * PI / 180);
}

/* What is made of the measurement on the way to a set: at its directions, but
 * aligned and at the set's rate */
typedef struct
{
  const WebAudioHrtfMeasurement *measurement;
  Direction *directions;
  float *shapes;
  double *onsets;               /* frames */
  double first_onset;
} Aligned;

static const float *
get_measured (const WebAudioHrtfMeasurement * measurement, size_t i,
    unsigned ear)
{
  return measurement->responses + (2 * i + ear) * measurement->taps;
}

/* The factor that gives the responses the energy that they are to have. */
static double
get_scale (const WebAudioHrtfMeasurement * measurement)
{
  double energy = 0, all = 0;
  size_t i, k, n = 0;

  for (i = 0; i < measurement->n; i++) {
    const float *response = get_measured (measurement, i, 0);
    double sum = 0;

    for (k = 0; k < 2 * measurement->taps; k++)
      sum += response[k] * response[k];
    all += sum / 2;
    if (fabsf (measurement->elevations[i]) <= HORIZONTAL) {
      energy += sum / 2;
      n++;
    }
  }
  energy = n > 0 ? energy / n : all / measurement->n;
  return energy > 0 ? sqrt (ENERGY / (measurement->rate * energy)) : 0;
}

static void
align_one (const WebAudioHrtfSet * set, Aligned * aligned, size_t index,
    unsigned ear, double scale)
{
  const WebAudioHrtfMeasurement *measurement = aligned->measurement;
  const float *response = get_measured (measurement, index, ear);
  float *shape = aligned->shapes + (2 * index + ear) * set->size;
  double onset = find_onset (response, measurement->taps);
  double step = measurement->rate / set->rate;
  unsigned i;

  aligned->onsets[2 * index + ear] = onset / step;
  for (i = 0; i < set->size; i++)
    shape[i] = (float) (scale * step * sample_at (set, response,
            measurement->taps, onset + i * step - LEAD * measurement->rate));
}

static void
align (const WebAudioHrtfSet * set, Aligned * aligned)
{
  const WebAudioHrtfMeasurement *measurement = aligned->measurement;
  double scale = get_scale (measurement);
  size_t i;

  aligned->first_onset = INFINITY;
  for (i = 0; i < measurement->n; i++) {
    direction_init (&aligned->directions[i], measurement->azimuths[i],
        measurement->elevations[i]);
    align_one (set, aligned, i, 0, scale);
    align_one (set, aligned, i, 1, scale);
    aligned->first_onset = fmin (aligned->first_onset,
        fmin (aligned->onsets[2 * i], aligned->onsets[2 * i + 1]));
  }
}

/* The three measured directions nearest to one, and what counts of each */
typedef struct
{
  size_t index[3];
  double weight[3];
  unsigned n;
} Neighbours;

static void
find_neighbours (const Aligned * aligned, const Direction * direction,
    Neighbours * found)
{
  double nearest[3] = { -2, -2, -2 };   /* cosines */
  size_t i, n = aligned->measurement->n;
  unsigned k, l;
  double sum = 0;

  memset (found, 0, sizeof *found);
  for (i = 0; i < n; i++) {
    const Direction *other = &aligned->directions[i];
    double cosine = direction->x * other->x + direction->y * other->y
        + direction->z * other->z;

    for (k = 0; k < 3 && cosine <= nearest[k]; k++);
    for (l = 2; l > k && k < 3; l--) {
      nearest[l] = nearest[l - 1];
      found->index[l] = found->index[l - 1];
    }
    if (k < 3) {
      nearest[k] = cosine;
      found->index[k] = i;
    }
  }
  found->n = n < 3 ? (unsigned) n : 3;
  for (k = 0; k < found->n; k++) {
    double distance = acos (fmin (nearest[k], 1));

    /* a direction that was measured needs no others */
    if (k == 0 && distance < 1e-3)
      found->n = 1;
    found->weight[k] = 1 / fmax (distance, 1e-3);
    sum += found->weight[k];
  }
  for (k = 0; k < found->n; k++)
    found->weight[k] /= sum;
}

static void
fill_grid (WebAudioHrtfSet * set, const Aligned * aligned)
{
  unsigned point, ear, k, i;

  for (point = 0; point < N_GRID; point++) {
    Direction direction;
    Neighbours neighbours;

    direction_init (&direction, (int) (point % N_AZIMUTHS) * AZIMUTH_STEP,
        (int) (point / N_AZIMUTHS) * ELEVATION_STEP - 90);
    find_neighbours (aligned, &direction, &neighbours);
    for (ear = 0; ear < 2; ear++) {
      float *shape = set->shapes + (size_t) (2 * point + ear) * set->size;
      double delay = 0;

      for (k = 0; k < neighbours.n; k++) {
        size_t index = 2 * neighbours.index[k] + ear;

        for (i = 0; i < set->size; i++)
          shape[i] += (float) (neighbours.weight[k]
              * aligned->shapes[index * set->size + i]);
        delay += neighbours.weight[k]
            * (aligned->onsets[index] - aligned->first_onset);
      }
      set->delays[2 * point + ear] = (float) delay;
    }
  }
}

WebAudioHrtfSet *
webaudio_hrtf_set_new (const WebAudioHrtfMeasurement * measurement, double rate)
{
  WebAudioHrtfSet *set = calloc (1, sizeof *set);
  Aligned aligned = { measurement, NULL, NULL, NULL, 0 };
  bool complete = false;

  if (!set)
    return NULL;
  set->rate = rate;
  set->size = webaudio_hrtf_get_size (rate);
  set->fade_out = (unsigned) (FADE_OUT * rate);
  set->plan = webaudio_fft_new (set->size);
  set->shapes = calloc ((size_t) 2 * N_GRID * set->size, sizeof (float));
  set->delays = calloc ((size_t) 2 * N_GRID, sizeof (float));
  aligned.directions = calloc (measurement->n, sizeof (Direction));
  aligned.shapes = calloc (2 * measurement->n * set->size, sizeof (float));
  aligned.onsets = calloc (2 * measurement->n, sizeof (double));
  if (set->plan && set->shapes && set->delays && aligned.directions
      && aligned.shapes && aligned.onsets) {
    make_sinc (set, fmin (1, rate / measurement->rate));
    align (set, &aligned);
    fill_grid (set, &aligned);
    make_sinc (set, 1);
    complete = true;
  }
  free (aligned.directions);
  free (aligned.shapes);
  free (aligned.onsets);
  if (!complete) {
    webaudio_hrtf_set_free (set);
    return NULL;
  }
  return set;
}

void
webaudio_hrtf_set_free (WebAudioHrtfSet * set)
{
  if (!set)
    return;
  webaudio_fft_free (set->plan);
  free (set->shapes);
  free (set->delays);
  free (set);
}

/* The four points of the grid around a direction, and what counts of each */
typedef struct
{
  unsigned point[4];
  double weight[4];
} Cell;

static void
find_cell (double azimuth, double elevation, Cell * cell)
{
  double across = (azimuth < 0 ? azimuth + 360 : azimuth) / AZIMUTH_STEP;
  double up = (elevation + 90) / ELEVATION_STEP;
  unsigned column = (unsigned) across, row = (unsigned) up, k;

  row = row < N_ELEVATIONS - 1 ? row : N_ELEVATIONS - 2;
  across -= column;
  up -= row;
  for (k = 0; k < 4; k++) {
    cell->point[k] = (row + k / 2) * N_AZIMUTHS + (column + k % 2) % N_AZIMUTHS;
    cell->weight[k] = (k / 2 ? up : 1 - up) * (k % 2 ? across : 1 - across);
  }
}

/* Writes @shape, later by @delay frames, to @response. */
static void
shift (const WebAudioHrtfSet * set, const float *shape, double delay,
    float *response)
{
  double factors[2 * HALF_WIDTH];
  int whole = (int) ceil (delay), size = (int) set->size, i, j;

  get_sinc (set, whole - delay, factors);
  for (i = 0; i < size; i++) {
    int first = i - whole - (HALF_WIDTH - 1);
    int from = first < 0 ? -first : 0;
    int to = size - first < 2 * HALF_WIDTH ? size - first : 2 * HALF_WIDTH;
    double sum = 0;

    for (j = from; j < to; j++)
      sum += factors[j] * shape[first + j];
    response[i] = (float) sum;
  }
}

/* @shape: (array length=size): scratch */
static void
make_response (const WebAudioHrtfSet * set, double azimuth, double elevation,
    unsigned ear, float *shape, float *response)
{
  double delay = 0;
  unsigned k, i;
  Cell cell;

  find_cell (azimuth, elevation, &cell);
  memset (shape, 0, set->size * sizeof (float));
  for (k = 0; k < 4; k++) {
    unsigned index = 2 * cell.point[k] + ear;

    webaudio_vector_add_scaled (shape, set->shapes + (size_t) index * set->size,
        (float) cell.weight[k], set->size);
    delay += cell.weight[k] * set->delays[index];
  }
  shift (set, shape, delay, response);
  for (i = 0; i < set->fade_out; i++)
    response[set->size - 1 - i] *= (float) (i + 1) / (set->fade_out + 1);
}

void
webaudio_hrtf_set_get_response (const WebAudioHrtfSet * set, double azimuth,
    double elevation, unsigned ear, float *response)
{
  float *shape = malloc (set->size * sizeof (float));

  if (shape)
    make_response (set, azimuth, elevation, ear, shape, response);
  free (shape);
}

/* A source */

static float *
take (float **memory, size_t n)
{
  float *taken = *memory;

  *memory += n;
  return taken;
}

WebAudioHrtf *
webaudio_hrtf_new (const WebAudioHrtfSet * set)
{
  WebAudioHrtf *self = calloc (1, sizeof *self);
  size_t n = set->size;
  float *memory;
  unsigned k;

  if (!self)
    return NULL;
  /* 3 blocks and 3 spectra for each ear, a block and a spectrum for both */
  self->memory = calloc (21 * n * sizeof (float) + ALIGNMENT, 1);
  if (!self->memory) {
    free (self);
    return NULL;
  }
  self->set = set;
  self->size = set->size;
  memory = (float *) (((uintptr_t) self->memory + ALIGNMENT - 1)
      / ALIGNMENT * ALIGNMENT);
  for (k = 0; k < 2; k++) {
    self->newest[k] = take (&memory, n);
    self->before[k] = take (&memory, n);
    self->out[k] = take (&memory, n);
    self->spectra[k] = take (&memory, 2 * n);
    self->kernels[0].spectra[k] = take (&memory, 2 * n);
    self->kernels[1].spectra[k] = take (&memory, 2 * n);
  }
  self->product = take (&memory, 2 * n);
  self->faded = take (&memory, n);
  webaudio_hrtf_reset (self);
  return self;
}

void
webaudio_hrtf_free (WebAudioHrtf * self)
{
  if (!self)
    return;
  free (self->memory);
  free (self);
}

void
webaudio_hrtf_reset (WebAudioHrtf * self)
{
  unsigned k;

  for (k = 0; k < 2; k++) {
    memset (self->newest[k], 0, self->size * sizeof (float));
    memset (self->before[k], 0, self->size * sizeof (float));
  }
  self->sounds = self->sounded = self->out_sounds = false;
  self->differ = self->differed = false;
  self->settled = self->fading = false;
  self->quantum = UINT64_MAX;
}

bool
webaudio_hrtf_is_at_rest (const WebAudioHrtf * self)
{
  return !self->sounds && !self->sounded && !self->out_sounds;
}

static void
make_kernel (WebAudioHrtf * self, Kernel * kernel, double azimuth,
    double elevation)
{
  const WebAudioHrtfSet *set = self->set;
  /* these are not in use between two transforms */
  float *response = self->spectra[0], *zeros = response + set->size;
  unsigned ear;

  memset (zeros, 0, set->size * sizeof (float));
  for (ear = 0; ear < 2; ear++) {
    make_response (set, azimuth, elevation, ear, self->product, response);
    /* what the transforms multiply by */
    webaudio_vector_scale (response, response, -1.0f / set->size, set->size);
    webaudio_fft_forward_whole (set->plan, zeros, response,
        kernel->spectra[ear]);
  }
  kernel->azimuth = azimuth;
  kernel->elevation = elevation;
}

static bool
is_kernel_of (const Kernel * kernel, double azimuth, double elevation)
{
  return kernel->azimuth == azimuth && kernel->elevation == elevation;
}

/* Decides what is heard until the next hop. */
static void
follow (WebAudioHrtf * self, double azimuth, double elevation)
{
  if (!self->settled) {
    make_kernel (self, &self->kernels[self->current], azimuth, elevation);
    self->settled = true;
    self->fading = false;
  } else if (!self->fading
      && !is_kernel_of (&self->kernels[self->current], azimuth, elevation)) {
    make_kernel (self, &self->kernels[!self->current], azimuth, elevation);
    self->fading = true;
    self->faded_hops = 0;
  }
}

/* The block in @newest through one kernel. */
static void
convolve (WebAudioHrtf * self, const Kernel * kernel, unsigned ear,
    const float *spectrum, float *out)
{
  const float *a = spectrum, *b = kernel->spectra[ear];

  memset (self->product, 0, 2 * self->size * sizeof (float));
  webaudio_fft_multiply (self->product, &a, &b, 1, self->size);
  webaudio_fft_inverse (self->set->plan, self->product, out);
}

/* Fades from what is in @out to @faded. */
static void
fade (WebAudioHrtf * self, float *out)
{
  float step = 1.0f / (FADE_HOPS * self->size);
  unsigned first = self->faded_hops * self->size, i;

  for (i = 0; i < self->size; i++)
    out[i] += (self->faded[i] - out[i]) * ((first + i) * step);
}

/* Computes what is heard during @newest. */
static void
transform (WebAudioHrtf * self)
{
  bool differ = self->differ || self->differed;
  unsigned ear;

  for (ear = 0; ear < 2; ear++) {
    const float *spectrum = self->spectra[differ ? ear : 0];

    if (ear == 0 || differ)
      webaudio_fft_forward_whole (self->set->plan, self->before[ear],
          self->newest[ear], self->spectra[ear]);
    convolve (self, &self->kernels[self->current], ear, spectrum,
        self->out[ear]);
    if (self->fading) {
      convolve (self, &self->kernels[!self->current], ear, spectrum,
          self->faded);
      fade (self, self->out[ear]);
    }
  }
  if (self->fading && ++self->faded_hops == FADE_HOPS) {
    self->fading = false;
    self->current = !self->current;
  }
}

/* A block has been gathered: computes what is heard of it. */
static void
hop (WebAudioHrtf * self, double azimuth, double elevation)
{
  unsigned ear;

  self->out_sounds = self->sounds || self->sounded;
  if (self->out_sounds) {
    follow (self, azimuth, elevation);
    transform (self);
  } else {
    self->settled = false;
  }
  for (ear = 0; ear < 2; ear++) {
    float *before = self->before[ear];

    self->before[ear] = self->newest[ear];
    self->newest[ear] = before;
  }
  self->sounded = self->sounds;
  self->differed = self->differ;
  self->sounds = self->differ = false;
}

static bool
has_sound (const float *samples, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    if (samples[i] != 0)
      return true;
  return false;
}

static void
gather (WebAudioHrtf * self, unsigned at, const float *const *in,
    unsigned channels, size_t done, size_t n)
{
  unsigned ear;

  for (ear = 0; ear < 2; ear++) {
    const float *from = in ? in[channels == 2 ? ear : 0] + done : NULL;

    if (from)
      memcpy (self->newest[ear] + at, from, n * sizeof (float));
    else
      memset (self->newest[ear] + at, 0, n * sizeof (float));
    if (from && !self->sounds)
      self->sounds = has_sound (from, n);
  }
  if (in && channels == 2)
    self->differ = true;
}

static void
amplify (const WebAudioHrtf * self, unsigned at, const float *from, float *to,
    size_t n)
{
  double step = (self->gain_to - self->gain_from) / QUANTUM;
  size_t i;

  if (step == 0) {
    webaudio_vector_scale (to, from, (float) self->gain_to, n);
    return;
  }
  for (i = 0; i < n; i++)
    to[i] = from[i] * (float) (self->gain_from + step * (at + i + 1));
}

bool
webaudio_hrtf_process (WebAudioHrtf * self, uint64_t frame,
    float *const out[2], const float *const *in, unsigned channels,
    double azimuth, double elevation, double gain, size_t n)
{
  bool sound = false;
  size_t done, count;
  unsigned ear;

  if (self->quantum != frame / QUANTUM) {
    self->gain_from = webaudio_hrtf_is_at_rest (self) ? gain : self->gain_to;
    self->gain_to = gain;
    self->quantum = frame / QUANTUM;
  }
  for (done = 0; done < n; done += count) {
    unsigned at = (frame + done) % self->size;

    count = self->size - at < n - done ? self->size - at : n - done;
    if (at == 0)
      hop (self, azimuth, elevation);
    gather (self, at, in, channels, done, count);
    for (ear = 0; ear < 2; ear++) {
      if (self->out_sounds)
        amplify (self, (frame + done) % QUANTUM, self->out[ear] + at,
            out[ear] + done, count);
      else
        memset (out[ear] + done, 0, count * sizeof (float));
    }
    sound |= self->out_sounds;
  }
  return sound;
}
