/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where head-related responses come from; see hrtfdata.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "hrtfdata.h"

#ifdef HAVE_MYSOFA

#include <math.h>
#include <mysofa.h>

#include "../dsp/diffusefield.h"

/* Frames that equalization may lengthen a response by */
#define ROOM 128
/* What the mean of all directions rises by from octave to octave: that of the
 * responses in Chromium */
#define SLOPE -1.5

/* A set that is in use, or was: one that is not is kept, for whoever plays again,
 * until another one is needed. */
typedef struct
{
  gint rate;
  guint users;
  WebAudioHrtfSet *set;
} Entry;

static GMutex lock;
static GArray *entries;

static struct MYSOFA_HRTF *
load (GError ** error)
{
  int status = MYSOFA_OK;
  struct MYSOFA_HRTF *sofa = mysofa_load (HRTF_DATA, &status);

  if (sofa && status == MYSOFA_OK && mysofa_check (sofa) == MYSOFA_OK
      && sofa->R == 2)
    return sofa;
  if (sofa)
    mysofa_free (sofa);
  g_set_error (error, GST_RESOURCE_ERROR, status == MYSOFA_READ_ERROR ?
      GST_RESOURCE_ERROR_OPEN_READ : GST_RESOURCE_ERROR_READ,
      "The head-related responses in %s cannot be read. The package libmysofa1 "
      "has them.", HRTF_DATA);
  return NULL;
}

/* The frames by which a response is late beyond what it shows itself. */
static guint
get_delay (const struct MYSOFA_HRTF *sofa, guint direction, guint receiver)
{
  guint i = sofa->DataDelay.elements == sofa->R ? receiver :
      direction * sofa->R + receiver;

  return i < sofa->DataDelay.elements && sofa->DataDelay.values[i] > 0 ?
      (guint) lrint (sofa->DataDelay.values[i]) : 0;
}

/* Makes room for the delays and copies the left ear before the right one. */
static gfloat *
copy_responses (const struct MYSOFA_HRTF *sofa, guint * taps)
{
  gboolean swapped = sofa->ReceiverPosition.elements >= 2
      && sofa->ReceiverPosition.values[1] < 0;
  guint longest = 0, i, r;
  gfloat *responses;

  for (i = 0; i < 2 * sofa->M; i++)
    longest = MAX (longest, get_delay (sofa, i / 2, i % 2));
  *taps = sofa->N + longest + ROOM;
  responses = g_new0 (gfloat, (gsize) 2 * sofa->M * *taps);
  for (i = 0; i < sofa->M; i++)
    for (r = 0; r < 2; r++)
      memcpy (responses + (gsize) (2 * i + (swapped ? !r : r)) * *taps
          + get_delay (sofa, i, r), sofa->DataIR.values
          + (gsize) (2 * i + r) * sofa->N, sofa->N * sizeof (gfloat));
  return responses;
}

static WebAudioHrtfSet *
make_set (struct MYSOFA_HRTF *sofa, gint rate)
{
  gfloat *azimuths = g_new (gfloat, sofa->M);
  gfloat *elevations = g_new (gfloat, sofa->M);
  WebAudioHrtfMeasurement measurement = { sofa->M, azimuths, elevations, 0,
    NULL, sofa->DataSamplingRate.values[0]
  };
  WebAudioHrtfSet *set;
  gfloat *responses;
  guint taps, i;

  /* its azimuths go to the left */
  mysofa_tospherical (sofa);
  for (i = 0; i < sofa->M; i++) {
    azimuths[i] = -sofa->SourcePosition.values[3 * i];
    elevations[i] = sofa->SourcePosition.values[3 * i + 1];
  }
  responses = copy_responses (sofa, &taps);
  webaudio_diffuse_field_equalize (responses, 2 * sofa->M, taps,
      measurement.rate, SLOPE);
  measurement.responses = responses;
  measurement.taps = taps;
  set = webaudio_hrtf_set_new (&measurement, rate);
  g_free (responses);
  g_free (azimuths);
  g_free (elevations);
  return set;
}

static Entry *
find_entry (gint rate)
{
  guint i;

  for (i = 0; entries && i < entries->len; i++)
    if (g_array_index (entries, Entry, i).rate == rate)
      return &g_array_index (entries, Entry, i);
  return NULL;
}

static void
drop_unused (void)
{
  guint i = 0;

  while (entries && i < entries->len) {
    Entry *entry = &g_array_index (entries, Entry, i);

    if (entry->users > 0) {
      i++;
      continue;
    }
    webaudio_hrtf_set_free (entry->set);
    g_array_remove_index_fast (entries, i);
  }
}

static Entry *
add_entry (gint rate, GError ** error)
{
  Entry entry = { rate, 0, NULL };
  struct MYSOFA_HRTF *sofa = load (error);

  if (!sofa)
    return NULL;
  entry.set = make_set (sofa, rate);
  mysofa_free (sofa);
  if (!entry.set) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "There is no memory for head-related responses.");
    return NULL;
  }
  drop_unused ();
  if (!entries)
    entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_append_val (entries, entry);
  return find_entry (rate);
}

#endif

/*
 * gst_web_audio_hrtf_data_check:
 *
 * Returns: whether there are responses, as far as that can be told without
 *     reading them
 */
gboolean
gst_web_audio_hrtf_data_check (GError ** error)
{
#ifdef HAVE_MYSOFA
  if (g_file_test (HRTF_DATA, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "The head-related responses in %s are missing. The package libmysofa1 "
      "has them.", HRTF_DATA);
#else
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      "The plugin was built without libmysofa, which the panning model HRTF "
      "needs.");
#endif
  return FALSE;
}

/*
 * gst_web_audio_hrtf_data_take:
 * @rate: frames per second
 *
 * Reads and prepares what is not in use yet, which takes some 100 ms.
 *
 * Returns: (nullable): the responses, to be given back
 */
const WebAudioHrtfSet *
gst_web_audio_hrtf_data_take (gint rate, GError ** error)
{
  const WebAudioHrtfSet *set = NULL;
#ifdef HAVE_MYSOFA
  Entry *entry;

  if (!gst_web_audio_hrtf_data_check (error))
    return NULL;
  g_mutex_lock (&lock);
  entry = find_entry (rate);
  if (!entry)
    entry = add_entry (rate, error);
  if (entry) {
    entry->users++;
    set = entry->set;
  }
  g_mutex_unlock (&lock);
#else
  gst_web_audio_hrtf_data_check (error);
#endif
  return set;
}

/*
 * gst_web_audio_hrtf_data_give:
 * @set: (nullable): what was taken
 */
void
gst_web_audio_hrtf_data_give (const WebAudioHrtfSet * set)
{
#ifdef HAVE_MYSOFA
  guint i;

  g_mutex_lock (&lock);
  for (i = 0; set && i < entries->len; i++) {
    Entry *entry = &g_array_index (entries, Entry, i);

    if (entry->set == set)
      entry->users--;
  }
  g_mutex_unlock (&lock);
#endif
}
