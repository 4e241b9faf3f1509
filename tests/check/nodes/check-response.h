/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking a filter for its response, and what becomes of its channels.
 */
#ifndef __CHECK_RESPONSE_H__
#define __CHECK_RESPONSE_H__

#include "check-param.h"

static inline void
append_number (GValue * array, gdouble number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, number);
  gst_value_array_append_and_take_value (array, &value);
}

static inline gdouble
get_answer (const GstStructure * response, const gchar * field, guint i)
{
  const GValue *array = gst_structure_get_value (response, field);

  fail_unless (array && i < gst_value_array_get_size (array));
  return g_value_get_double (gst_value_array_get_value (array, i));
}

/* (transfer full): the response at @n frequencies. */
static inline GstStructure *
ask_response (GstElement * element, const gdouble * frequencies, guint n)
{
  GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };
  GValue result = G_VALUE_INIT;
  GstStructure *response;
  guint i;

  g_value_init (&values[0], G_OBJECT_TYPE (element));
  g_value_set_object (&values[0], element);
  gst_value_array_init (&values[1], n);
  for (i = 0; i < n; i++)
    append_number (&values[1], frequencies[i]);
  g_value_init (&result, GST_TYPE_STRUCTURE);
  g_signal_emitv (values, g_signal_lookup ("get-frequency-response",
          G_OBJECT_TYPE (element)), 0, &result);
  response = g_value_dup_boxed (&result);
  fail_unless (response != NULL);
  for (i = 0; i < n; i++) {
    get_answer (response, "mag", i);
    get_answer (response, "phase", i);
  }
  fail_unless_equals_int (gst_value_array_get_size (gst_structure_get_value
          (response, "mag")), n);
  g_value_unset (&values[0]);
  g_value_unset (&values[1]);
  g_value_unset (&result);
  return response;
}

/* The magnitude at one frequency. */
static inline gdouble
ask_magnitude (GstElement * element, gdouble frequency)
{
  GstStructure *response = ask_response (element, &frequency, 1);
  gdouble magnitude = get_answer (response, "mag", 0);

  gst_structure_free (response);
  return magnitude;
}

/* Where sound is mono, the output of @filter is, at once and for every block
 * size. Returns its first mono sample. */
static inline gfloat
check_narrower (const gchar * filter)
{
  static const guint sizes[] = { 128, 1024, 8192 };
  gfloat first = 0;
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Recorder *recorder = render ("channelmerger name=merge number-of-inputs=2 "
        "! filter. oscillator frequency=300 stop=10000000 ! merge.sink_1 "
        "constantsource ! filter. %s name=filter ! gain "
        "channel-count=2 channel-count-mode=explicit "
        "channel-interpretation=discrete length=4000 block-size=%u "
        "! fakesink name=out", filter, sizes[i]);
    const gfloat *samples = recorder_samples (recorder);

    fail_unless_equals_int (recorder_channels (recorder), 2);
    for (j = 1; j < 4000; j++)
      fail_unless ((samples[2 * j + 1] != 0) == (j < 512), "frame %u", j);
    fail_unless (i == 0 || samples[2 * 512] == first);
    first = samples[2 * 512];
    recorder_free (recorder);
  }
  return first;
}

#endif
