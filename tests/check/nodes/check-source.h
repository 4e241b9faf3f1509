/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of scheduled sources share: one in a pipeline, which is recorded. */
#ifndef __CHECK_SOURCE_H__
#define __CHECK_SOURCE_H__

#include "nodes/check-param.h"

typedef struct
{
  GstElement *pipeline;
  GstElement *source;
  Recorder *recorder;
  guint ended;                  /* by the ended signal */
  guint64 ended_at;             /* frames that came before it */
} Fixture;

static inline void
on_ended (GstElement * source, Fixture * self)
{
  self->ended++;
  self->ended_at = recorder_count (self->recorder);
}

/* @pipeline: (transfer full): its source is the element named s, and the one that
 * is recorded is named out */
static inline void
open_pipeline (Fixture * self, GstElement * pipeline)
{
  self->pipeline = pipeline;
  self->source = get_element (pipeline, "s");
  self->recorder = record (pipeline, "out");
  self->ended = 0;
  self->ended_at = 0;
  g_signal_connect (self->source, "ended", G_CALLBACK (on_ended), self);
}

static inline void
play_to_end (Fixture * self)
{
  play (self->pipeline);
  wait_for_end (self->pipeline);
}

static inline void
close_line (Fixture * self)
{
  stop (self->pipeline);
  gst_object_unref (self->source);
  recorder_free (self->recorder);
}

#endif
