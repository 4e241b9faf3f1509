/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every frame says which it is: the low 24 bits of its number to the left, the
 * high ones, stirred so that it is no constant, to the right.
 */

#include "soak.h"

#define SCALE (1 << 23)
#define MASK 0xffffff
/* odd: another for each frame */
#define STIR 0x5bd1e9

static gfloat
to_float (guint32 bits)
{
  return ((gint32) (bits & MASK) - SCALE) / (gfloat) SCALE;
}

static void
pattern_frame (gfloat * frame, guint64 number)
{
  frame[0] = to_float (number);
  frame[1] = to_float ((number >> 24) + number * STIR);
}

void
pattern_fill (gfloat * samples, guint64 frame, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    pattern_frame (samples + i * CHANNELS, frame + i);
}

/* Whether one frame of @samples is the frame @frame. */
gboolean
pattern_matches (const gfloat * samples, guint64 frame)
{
  gfloat should[CHANNELS];

  pattern_frame (should, frame);
  return samples[0] == should[0] && samples[1] == should[1];
}
