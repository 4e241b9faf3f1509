/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts what is allocated while audio is rendered. To be included by one file of
 * a program, for it takes the place of the functions that allocate. Under
 * sanitizers, which do the same, there is nothing here.
 */
#ifndef __CHECK_ALLOCATIONS_H__
#define __CHECK_ALLOCATIONS_H__

#include "check-webaudio.h"

#if !defined (__SANITIZE_ADDRESS__) && !defined (__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 1

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

static __thread gboolean counting;
static gint allocations;

static void
count_allocation (void)
{
  if (counting)
    g_atomic_int_inc (&allocations);
}

void *
malloc (size_t size)
{
  count_allocation ();
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count_allocation ();
  return __libc_calloc (n, size);
}

void *
realloc (void *memory, size_t size)
{
  count_allocation ();
  return __libc_realloc (memory, size);
}

int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  count_allocation ();
  *memory = __libc_memalign (alignment, size);
  return *memory ? 0 : 12;
}

/* Counts between two blocks, in the thread that renders them. */
static GstPadProbeReturn
watch_block (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  guint64 frame = GST_BUFFER_OFFSET (info->data);

  counting = frame >= 48000 && frame < 3 * 48000;
  return GST_PAD_PROBE_OK;
}

/* Plays @pipeline to its end, after 3 s at least, and looks at what is allocated
 * by the thread of the element @last, from 1 s to 3 s of 48 kHz. */
static inline void
assert_no_allocations (GstElement * pipeline, const gchar * last,
    const gchar * what)
{
  GstElement *element = get_element (pipeline, last);
  GstPad *pad = gst_element_get_static_pad (element, "src");

  g_atomic_int_set (&allocations, 0);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, watch_block, NULL, NULL);
  play (pipeline);
  wait_for_end (pipeline);
  fail_unless (g_atomic_int_get (&allocations) == 0,
      "%s allocates %d times in two seconds", what,
      g_atomic_int_get (&allocations));
  gst_object_unref (pad);
  gst_object_unref (element);
}

#endif

#endif
