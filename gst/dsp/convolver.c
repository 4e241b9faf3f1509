/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The convolver: a direct form for what a quantum gives to itself, and levels of
 * ever larger blocks for the rest.
 *
 * In a level with blocks of B frames, part p of the response is what a block of
 * input gives to the block of output p + 1 later: the taps from Bp + 1 to
 * Bp + 2B - 1. It is laid out so that the first half of a negacyclic convolution
 * of 2B frames is that. The sum over all parts but the newest is computed ahead,
 * 128 bins at the end of each quantum, so that the work is spread. */

#include "convolver.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fft.h"
#include "vector.h"

#define QUANTUM 128
#define MAX_LEVELS 4
/* From an input to an output, by a channel of the response. */
#define MAX_PATHS 4

/* The floats of 128 bins. Spectra are cut into such slices, and the same slice
 * of all parts of a response, or of all blocks of an input, lies together. */
#define SLICE (2 * QUANTUM)

/* Outputs that the direct form computes together. */
#define TILE 32

/* Below these, samples and taps count as 0, so that their products are no
 * denormals, which would be slow. */
#define LEAST_SAMPLE 0x1p-64f
#define LEAST_TAP 0x1p-60f

#define LONG_AGO (SIZE_MAX / 2)

#define CACHE_LINE 64

typedef struct
{
  size_t size;                  /* frames of a block */
  size_t slices;
  size_t parts;
  size_t ratio;                 /* blocks in one of the next level, or 0 */
  WebAudioFft *plan;
  float *responses[MAX_PATHS];

  /* of inputs */
  float *heard[2];              /* spectra of the last blocks */
  const float **blocks[2];      /* the same, whose they are; NULL for silence */
  bool sounding[2];             /* the block that comes in */
  bool stereo;                  /* its inputs differ */

  /* of outputs */
  float *sums[2];               /* spectrum of the next block */
  bool has_sum[2];
  float *tails[2];              /* what earlier blocks give to this one */
  bool has_tail[2];
} Level;

typedef struct
{
  unsigned in;
  unsigned out;
  float *head;                  /* taps of a quantum, behind TILE zeros */
} Path;

struct WebAudioConvolver
{
  size_t length;
  unsigned response_channels;
  unsigned n_paths;
  Path paths[MAX_PATHS];
  unsigned n_levels;
  Level levels[MAX_LEVELS];

  float *inputs[2];             /* the block of the last level that comes in */
  size_t input_size;
  float *spectrum;
  const float **factors[2];     /* for webaudio_fft_multiply() */

  bool live;                    /* something that was heard counts */
  bool sounding[2];             /* the quantum that comes in */
  bool stereo;                  /* the outputs differ */
  uint64_t next;                /* frame */
  size_t since_sound;           /* frames */
  size_t since_stereo;
};

/* The direct form */

typedef float Lanes4 __attribute__((vector_size (16)));
typedef int32_t Ints4 __attribute__((vector_size (16)));
typedef float Lanes8 __attribute__((vector_size (32)));
/* Loads and stores through these types may be unaligned. */
typedef float Unaligned4 __attribute__((vector_size (16),
        aligned (__alignof__ (float)), may_alias));
typedef float Unaligned8 __attribute__((vector_size (32),
        aligned (__alignof__ (float)), may_alias));

/* Adds to four vectors of outputs, from @at in the quantum, what its frames give
 * them, each the sum over the frames in their order. */
#define DEFINE_CONVOLVE(name, lanes, attributes) \
attributes static void \
name (const float *head, const float *in, size_t at, float *out) \
{ \
  Lanes##lanes s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 }; \
  const float *taps = head + TILE + at; \
  size_t i; \
  for (i = 0; i < at + 4 * lanes; i++) { \
    const Unaligned##lanes *t = (const Unaligned##lanes *) (taps - i); \
    s0 += in[i] * t[0]; \
    s1 += in[i] * t[1]; \
    s2 += in[i] * t[2]; \
    s3 += in[i] * t[3]; \
  } \
  ((Unaligned##lanes *) out)[0] += s0; \
  ((Unaligned##lanes *) out)[1] += s1; \
  ((Unaligned##lanes *) out)[2] += s2; \
  ((Unaligned##lanes *) out)[3] += s3; \
}

/* *INDENT-OFF* */
DEFINE_CONVOLVE (convolve_narrow, 4, )
#if defined (__x86_64__) || defined (__i386__)
DEFINE_CONVOLVE (convolve_wide, 8, __attribute__((target ("avx"))))
#endif
/* *INDENT-ON* */

/* Adds what the frames of a quantum give to TILE outputs of it. */
static void
add_tile (const float *head, const float *in, size_t tile, float *out)
{
#if defined (__x86_64__) || defined (__i386__)
  if (webaudio_fft_is_wide ()) {
    convolve_wide (head, in, tile, out);
    return;
  }
#endif
  convolve_narrow (head, in, tile, out);
  convolve_narrow (head, in, tile + TILE / 2, out + TILE / 2);
}

/* The levels */

static unsigned
count_outputs (const WebAudioConvolver * self)
{
  return self->response_channels == 1 && !self->stereo ? 1 : 2;
}

/* Adds the products of one slice: of blocks and parts from the @first part on,
 * for the block of output after @block. Returns how many there are. */
static size_t
add_products (WebAudioConvolver * self, Level * level, unsigned out,
    uint64_t block, size_t slice, size_t first, size_t end)
{
  const size_t offset = slice * level->parts * SLICE;
  size_t count = 0, p;
  unsigned i;

  for (i = 0; i < self->n_paths; i++) {
    const Path *path = &self->paths[i];

    if (path->out != out)
      continue;
    for (p = first; p < end; p++) {
      const float *heard = p <= block ?
          level->blocks[path->in][(block - p) % level->parts] : NULL;

      if (!heard)
        continue;
      self->factors[0][count] = heard + offset;
      self->factors[1][count] = level->responses[i] + offset + p * SLICE;
      count++;
    }
  }
  if (count > 0)
    webaudio_fft_multiply (level->sums[out] + slice * SLICE,
        self->factors[0], self->factors[1], count, QUANTUM);
  return count;
}

/* How many parts reach from blocks of this level to the one after @block. */
static size_t
count_parts (const Level * level, uint64_t block)
{
  const size_t earlier = level->ratio ? (block + 1) % level->ratio :
      level->parts;

  return earlier < level->parts ? earlier : level->parts;
}

/* A slice of what blocks before @block give to the one after it. */
static void
work_ahead (WebAudioConvolver * self, Level * level, uint64_t block,
    size_t slice)
{
  const size_t parts = count_parts (level, block);
  unsigned out;

  for (out = 0; out < count_outputs (self); out++) {
    memset (level->sums[out] + slice * SLICE, 0, SLICE * sizeof (float));
    level->has_sum[out] =
        add_products (self, level, out, block, slice, 1, parts) > 0;
  }
}

static void
keep_spectrum (WebAudioConvolver * self, Level * level, unsigned in,
    uint64_t block)
{
  const size_t slot = block % level->parts;
  float *to = level->heard[in] + slot * SLICE;
  size_t s;

  webaudio_fft_forward (level->plan, self->inputs[in] +
      block * level->size % self->input_size, self->spectrum);
  for (s = 0; s < level->slices; s++)
    memcpy (to + s * level->parts * SLICE, self->spectrum + s * SLICE,
        SLICE * sizeof (float));
  level->blocks[in][slot] = to;
}

/* A block of input is complete. */
static void
keep_block (WebAudioConvolver * self, Level * level, uint64_t block)
{
  const size_t slot = block % level->parts;
  unsigned in;

  for (in = 0; in < 2; in++) {
    if (in == 1 && !level->stereo)
      level->blocks[1][slot] = level->blocks[0][slot];
    else if (level->sounding[in])
      keep_spectrum (self, level, in, block);
    else
      level->blocks[in][slot] = NULL;
  }
}

/* What is given to the block after @block. */
static void
make_tail (WebAudioConvolver * self, Level * level, unsigned out,
    uint64_t block)
{
  bool sounds = level->has_sum[out];
  size_t s;

  if (!sounds)
    memset (level->sums[out], 0, level->slices * SLICE * sizeof (float));
  for (s = 0; s < level->slices; s++)
    sounds |= add_products (self, level, out, block, s, 0, 1) > 0;
  if (sounds)
    webaudio_fft_inverse (level->plan, level->sums[out], level->tails[out]);
  level->has_tail[out] = sounds;
}

static void
finish_block (WebAudioConvolver * self, Level * level, uint64_t block)
{
  unsigned out;

  if (count_parts (level, block) > 0) {
    keep_block (self, level, block);
    for (out = 0; out < count_outputs (self); out++)
      make_tail (self, level, out, block);
  } else {
    level->has_tail[0] = level->has_tail[1] = false;
  }
  level->sounding[0] = level->sounding[1] = level->stereo = false;
}

static void
finish_quantum (WebAudioConvolver * self, Level * level, uint64_t quantum)
{
  const uint64_t block = quantum / level->slices;
  const size_t slice = quantum % level->slices;

  work_ahead (self, level, block, slice);
  if (slice == level->slices - 1)
    finish_block (self, level, block);
}

/* The state */

/* The inputs were the same so far and will differ, and so will the outputs if
 * there is only one response. */
static void
split_outputs (WebAudioConvolver * self)
{
  unsigned l;

  for (l = 0; l < self->n_levels && self->response_channels == 1; l++) {
    Level *level = &self->levels[l];

    memcpy (level->sums[1], level->sums[0], level->slices * SLICE *
        sizeof (float));
    memcpy (level->tails[1], level->tails[0], level->size * sizeof (float));
    level->has_sum[1] = level->has_sum[0];
    level->has_tail[1] = level->has_tail[0];
  }
  self->stereo = true;
}

static void
forget_all (WebAudioConvolver * self)
{
  unsigned l, c;
  size_t p;

  for (l = 0; l < self->n_levels; l++) {
    Level *level = &self->levels[l];

    level->stereo = false;
    for (c = 0; c < 2; c++) {
      level->sounding[c] = level->has_sum[c] = level->has_tail[c] = false;
      for (p = 0; p < level->parts; p++)
        level->blocks[c][p] = NULL;
    }
  }
  for (c = 0; c < 2; c++) {
    memset (self->inputs[c], 0, self->input_size * sizeof (float));
    self->sounding[c] = false;
  }
  self->live = self->stereo = false;
}

void
webaudio_convolver_reset (WebAudioConvolver * self)
{
  forget_all (self);
  self->since_sound = self->since_stereo = LONG_AGO;
  self->next = 0;
}

/* Stores frames of one input. Returns the number of those up to the last that is
 * not zero. */
static size_t
take (const float *in, float *to, size_t n)
{
  size_t i = 0;

  for (; n - i >= 4; i += 4) {
    const Unaligned4 x = *(const Unaligned4 *) (in + i);
    const Unaligned4 level = (Unaligned4) ((Ints4) x & 0x7fffffff);

    *(Unaligned4 *) (to + i) = (Unaligned4) ((Ints4) x
        & (level >= LEAST_SAMPLE) & (level <= FLT_MAX));
  }
  for (; i < n; i++)
    to[i] = fabsf (in[i]) >= LEAST_SAMPLE && fabsf (in[i]) <= FLT_MAX ?
        in[i] : 0;
  while (n > 0 && to[n - 1] == 0)
    n--;
  return n;
}

/* Counts on, @n frames of which the first @last end with what is counted
 * from. */
static void
count_since (size_t *since, size_t last, size_t n)
{
  if (last > 0)
    *since = n - last;
  else if (*since < LONG_AGO)
    *since += n;
}

static void
take_all (WebAudioConvolver * self, const float *const *in,
    unsigned channels, size_t offset, size_t n)
{
  const size_t at = self->next % self->input_size;
  const size_t pos = self->next % QUANTUM;
  size_t sounding, last = 0;
  unsigned c, l;

  for (c = 0; c < 2; c++) {
    if (pos == 0) {
      memset (self->inputs[c] + at, 0, QUANTUM * sizeof (float));
      self->sounding[c] = false;
    }
    sounding = in ? take (in[c < channels ? c : 0] + offset,
        self->inputs[c] + at, n) : 0;
    if (sounding == 0)
      continue;
    self->sounding[c] = self->live = true;
    for (l = 0; l < self->n_levels; l++)
      self->levels[l].sounding[c] = true;
    last = last > sounding ? last : sounding;
  }
  count_since (&self->since_sound, last, n);
}

/* Notes whether the inputs differ. */
static void
note_stereo (WebAudioConvolver * self, bool stereo, size_t n)
{
  unsigned l;

  count_since (&self->since_stereo, stereo ? n : 0, n);
  if (!stereo)
    return;
  if (!self->stereo)
    split_outputs (self);
  for (l = 0; l < self->n_levels; l++)
    self->levels[l].stereo = true;
}

/* Renders frames of the quantum of which all up to these are known. */
static void
give (WebAudioConvolver * self, unsigned out, float *to, size_t n)
{
  const size_t pos = self->next % QUANTUM;
  const size_t quantum = self->next % self->input_size - pos;
  float sums[QUANTUM] = { 0 };
  size_t tile;
  unsigned p, l;

  for (p = 0; p < self->n_paths; p++) {
    const Path *path = &self->paths[p];

    if (path->out != out || !self->sounding[path->in])
      continue;
    for (tile = pos - pos % TILE; tile < pos + n; tile += TILE)
      add_tile (path->head, self->inputs[path->in] + quantum, tile,
          sums + tile);
  }
  for (l = 0; l < self->n_levels; l++) {
    const Level *level = &self->levels[l];
    const float *tail = level->tails[out] + self->next % level->size;

    if (level->has_tail[out])
      webaudio_vector_add (sums + pos, sums + pos, tail, n);
  }
  memcpy (to, sums + pos, n * sizeof (float));
}

static void
give_all (WebAudioConvolver * self, float *const *out, unsigned channels,
    size_t offset, size_t n)
{
  unsigned c;

  for (c = 0; c < channels; c++) {
    if (!self->live)
      memset (out[c] + offset, 0, n * sizeof (float));
    else if (c < count_outputs (self))
      give (self, c, out[c] + offset, n);
    else
      memcpy (out[c] + offset, out[0] + offset, n * sizeof (float));
  }
}

static void
finish_quanta (WebAudioConvolver * self, uint64_t quantum)
{
  unsigned l;

  if (!self->live)
    return;
  for (l = 0; l < self->n_levels; l++)
    finish_quantum (self, &self->levels[l], quantum);
  if (self->since_stereo + 1 >= self->length)
    self->stereo = false;
  if (self->since_sound + 1 >= self->length)
    forget_all (self);
}

/* Frames of one quantum. */
static void
process_some (WebAudioConvolver * self, const float *const *in,
    unsigned in_channels, float *const *out, unsigned out_channels,
    size_t offset, size_t n)
{
  if (self->live || in) {
    note_stereo (self, in && in_channels == 2, n);
    take_all (self, in, in_channels, offset, n);
  } else {
    count_since (&self->since_sound, 0, n);
    count_since (&self->since_stereo, 0, n);
  }
  give_all (self, out, out_channels, offset, n);
  self->next += n;
  if (self->next % QUANTUM == 0)
    finish_quanta (self, self->next / QUANTUM - 1);
}

static size_t
left_in_quantum (uint64_t frame, size_t n)
{
  const size_t left = QUANTUM - frame % QUANTUM;

  return left < n ? left : n;
}

/* Goes on at @frame, after silence. */
static void
skip (WebAudioConvolver * self, uint64_t frame)
{
  float unheard[QUANTUM];
  float *const out[] = { unheard };

  if (frame < self->next || frame - self->next >= self->length)
    webaudio_convolver_reset (self);
  while (self->live && self->next < frame)
    process_some (self, NULL, 1, out, 1, 0, left_in_quantum (self->next,
            frame - self->next < QUANTUM ? frame - self->next : QUANTUM));
  self->next = frame;
}

void
webaudio_convolver_process (WebAudioConvolver * self, uint64_t frame,
    const float *const *in, unsigned in_channels, float *const *out,
    unsigned out_channels, size_t n)
{
  size_t done, some;

  if (frame != self->next)
    skip (self, frame);
  for (done = 0; done < n; done += some) {
    some = left_in_quantum (self->next, n - done);
    process_some (self, in, in_channels, out, out_channels, done, some);
  }
}

unsigned
webaudio_convolver_channels (const WebAudioConvolver * self,
    unsigned in_channels)
{
  return in_channels == 2 ? 2 : count_outputs (self);
}

bool
webaudio_convolver_is_settling (const WebAudioConvolver * self)
{
  return self->response_channels == 1 && self->since_stereo > 0
      && self->since_stereo < self->length + QUANTUM;
}

bool
webaudio_convolver_is_at_rest (const WebAudioConvolver * self)
{
  return !self->live;
}

/* The response */

double
webaudio_convolver_scale (const float *const *response, unsigned channels,
    size_t length, double rate)
{
  const double least = 0.000125;
  double power = 0, scale;
  unsigned c;
  size_t i;

  for (c = 0; c < channels; c++) {
    double channel_power = 0;

    for (i = 0; i < length; i++)
      channel_power += (double) response[c][i] * response[c][i];
    power += channel_power;
  }
  power = sqrt (power / ((double) channels * length));
  if (!isfinite (power) || power < least)
    power = least;
  scale = 0.00125 / power;
  if (rate > 0)
    scale *= 44100 / rate;
  return channels == 4 ? scale * 0.5 : scale;
}

static float *
allocate (size_t floats)
{
  void *memory;

  return posix_memalign (&memory, CACHE_LINE, (floats ? floats : 1) *
      sizeof (float)) == 0 ? memory : NULL;
}

/* What a response has at @tap, which may lie outside. */
static float
get_tap (const float *response, size_t length, size_t tap, double scale)
{
  const float value = tap < length ? (float) (response[tap] * scale) : 0;

  return fabsf (value) >= LEAST_TAP && fabsf (value) <= FLT_MAX ? value : 0;
}

/* One part, whose first half begins with the tap that is B(p + 1) frames late
 * and whose second half, negated, holds those that are less. */
static void
fill_part (WebAudioConvolver * self, Level * level, unsigned channel,
    const float *response, double scale, size_t p, float *scratch)
{
  const size_t size = level->size, from = size * p;
  /* the transforms leave a factor of the size */
  const double factor = scale / size;
  float *first = scratch, *second = first + size;
  float *to = level->responses[channel] + p * SLICE;
  size_t i;

  for (i = 0; i < size; i++) {
    first[i] = get_tap (response, self->length, from + size + i, factor);
    second[i] = i ? -get_tap (response, self->length, from + i, factor) : 0;
  }
  webaudio_fft_forward_whole (level->plan, first, second, self->spectrum);
  for (i = 0; i < level->slices; i++)
    memcpy (to + i * level->parts * SLICE, self->spectrum + i * SLICE,
        SLICE * sizeof (float));
}

static bool
fill_level (WebAudioConvolver * self, Level * level,
    const float *const *response, double scale)
{
  float *scratch = allocate (2 * level->size);
  unsigned c;
  size_t p;

  if (!scratch)
    return false;
  for (c = 0; c < self->response_channels; c++)
    for (p = 0; p < level->parts; p++)
      fill_part (self, level, c, response[c], scale, p, scratch);
  free (scratch);
  /* both channels share one response */
  for (; c < self->n_paths; c++)
    level->responses[c] = level->responses[0];
  return true;
}

static bool
allocate_level (WebAudioConvolver * self, Level * level)
{
  const size_t floats = level->slices * SLICE;
  unsigned c;

  level->plan = webaudio_fft_new (level->size);
  if (!level->plan)
    return false;
  for (c = 0; c < self->response_channels; c++) {
    level->responses[c] = allocate (floats * level->parts);
    if (!level->responses[c])
      return false;
  }
  for (c = 0; c < 2; c++) {
    level->heard[c] = allocate (floats * level->parts);
    level->blocks[c] = calloc (level->parts, sizeof *level->blocks[c]);
    level->sums[c] = allocate (floats);
    level->tails[c] = allocate (level->size);
    if (!level->heard[c] || !level->blocks[c] || !level->sums[c]
        || !level->tails[c])
      return false;
  }
  return true;
}

/* Sizes of blocks, as measured: a larger last one costs less for a long response
 * and more for a short one. */
static void
choose_levels (WebAudioConvolver * self)
{
  static const struct
  {
    size_t length;
    size_t sizes[MAX_LEVELS];
  } choices[] = {
    {2048, {128}},
    {32768, {128, 1024}},
    {262144, {128, 1024, 16384}},
    {SIZE_MAX, {128, 1024, 8192, 65536}}
  };
  unsigned i = 0, l;

  while (self->length > choices[i].length)
    i++;
  for (l = 0; l < MAX_LEVELS && choices[i].sizes[l]; l++) {
    Level *level = &self->levels[l];
    const size_t reach = (self->length - 1 + choices[i].sizes[l] - 1) /
        choices[i].sizes[l];

    if (reach == 0)
      return;
    level->size = choices[i].sizes[l];
    level->slices = level->size / QUANTUM;
    level->parts = reach;
    if (l + 1 < MAX_LEVELS && choices[i].sizes[l + 1]) {
      level->ratio = choices[i].sizes[l + 1] / level->size;
      level->parts = level->ratio - 1;
    }
    self->n_levels++;
  }
}

static void
set_paths (WebAudioConvolver * self)
{
  unsigned i;

  self->n_paths = self->response_channels == 4 ? 4 : 2;
  for (i = 0; i < self->n_paths; i++) {
    self->paths[i].out = i % 2;
    self->paths[i].in = self->response_channels == 4 ? i / 2 : i;
  }
}

static bool
fill_head (WebAudioConvolver * self, Path * path, const float *response,
    double scale)
{
  size_t i;

  path->head = allocate (TILE + QUANTUM);
  if (!path->head)
    return false;
  memset (path->head, 0, TILE * sizeof (float));
  for (i = 0; i < QUANTUM; i++)
    path->head[TILE + i] = get_tap (response, self->length, i, scale);
  return true;
}

/* What the levels share. */
static bool
allocate_shared (WebAudioConvolver * self)
{
  size_t parts = 1;
  unsigned l, c;

  self->input_size = QUANTUM;
  for (l = 0; l < self->n_levels; l++) {
    self->input_size = self->levels[l].size;
    if (self->levels[l].parts > parts)
      parts = self->levels[l].parts;
  }
  self->spectrum = allocate (2 * self->input_size);
  for (c = 0; c < 2; c++) {
    self->inputs[c] = allocate (self->input_size);
    self->factors[c] = calloc (parts * MAX_PATHS, sizeof *self->factors[c]);
    if (!self->inputs[c] || !self->factors[c])
      return false;
  }
  return self->spectrum != NULL;
}

static bool
set_up (WebAudioConvolver * self, const float *const *response, double scale)
{
  unsigned i;

  set_paths (self);
  choose_levels (self);
  if (!allocate_shared (self))
    return false;
  for (i = 0; i < self->n_paths; i++)
    if (!fill_head (self, &self->paths[i],
            response[i < self->response_channels ? i : 0], scale))
      return false;
  for (i = 0; i < self->n_levels; i++)
    if (!allocate_level (self, &self->levels[i])
        || !fill_level (self, &self->levels[i], response, scale))
      return false;
  return true;
}

WebAudioConvolver *
webaudio_convolver_new (const float *const *response, unsigned channels,
    size_t length, double scale)
{
  WebAudioConvolver *self = calloc (1, sizeof *self);

  if (!self)
    return NULL;
  self->length = length;
  self->response_channels = channels;
  if (!set_up (self, response, scale)) {
    webaudio_convolver_free (self);
    return NULL;
  }
  webaudio_convolver_reset (self);
  return self;
}

static void
clear_level (WebAudioConvolver * self, Level * level)
{
  unsigned c;

  webaudio_fft_free (level->plan);
  for (c = 0; c < self->response_channels; c++)
    free (level->responses[c]);
  for (c = 0; c < 2; c++) {
    free (level->heard[c]);
    free (level->blocks[c]);
    free (level->sums[c]);
    free (level->tails[c]);
  }
}

void
webaudio_convolver_free (WebAudioConvolver * self)
{
  unsigned i;

  if (!self)
    return;
  for (i = 0; i < self->n_paths; i++)
    free (self->paths[i].head);
  for (i = 0; i < self->n_levels; i++)
    clear_level (self, &self->levels[i]);
  for (i = 0; i < 2; i++) {
    free (self->inputs[i]);
    free (self->factors[i]);
  }
  free (self->spectrum);
  free (self);
}
