/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An oscilloscope: shows the first frames of the newest block from where the
 * wave rises through zero, so that the picture stands still.
 */

#include "scope.h"

#include <gst/app/gstappsink.h>

#define HEIGHT 180
/* 10 ms at 48 kHz */
#define FRAMES 480
/* Divisions of the grid */
#define COLUMNS 10
#define ROWS 4
/* Of the height, so that full scale is within the grid */
#define SCALE 0.4

typedef struct
{
  GstElement *appsink;
  guint tick;
  gfloat wave[FRAMES];
} Scope;

static void
scope_free (gpointer data)
{
  Scope *scope = data;

  gst_clear_object (&scope->appsink);
  g_free (scope);
}

static Scope *
get_scope (GtkWidget * widget)
{
  return g_object_get_data (G_OBJECT (widget), "scope");
}

/* The first frame at which the wave rises through zero */
static guint
find_trigger (const gfloat * wave, guint n)
{
  guint i;

  for (i = 1; i < n; i++)
    if (wave[i - 1] < 0 && wave[i] >= 0)
      return i;
  return 0;
}

static void
take_wave (Scope * scope, GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const gfloat *wave;
  GstMapInfo map;
  gsize frames, i;
  guint first;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  wave = (const gfloat *) map.data;
  frames = map.size / sizeof (gfloat);
  first = frames > FRAMES ? find_trigger (wave, frames - FRAMES) : 0;
  for (i = 0; i < FRAMES; i++)
    scope->wave[i] = first + i < frames ? wave[first + i] : 0;
  gst_buffer_unmap (buffer, &map);
}

/* Once for every picture that the screen shows */
static gboolean
on_tick (GtkWidget * widget, GdkFrameClock * clock, gpointer data)
{
  Scope *scope = data;
  GstSample *sample =
      gst_app_sink_try_pull_sample (GST_APP_SINK (scope->appsink), 0);

  if (sample) {
    take_wave (scope, sample);
    gst_sample_unref (sample);
    gtk_widget_queue_draw (widget);
  }
  return G_SOURCE_CONTINUE;
}

static void
draw_grid (cairo_t * cr, int width, int height)
{
  gint i;

  /* on whole pixels, so that the lines are sharp */
  for (i = 1; i < COLUMNS; i++) {
    cairo_move_to (cr, width * i / COLUMNS + 0.5, 0);
    cairo_rel_line_to (cr, 0, height);
  }
  for (i = 1; i < ROWS; i++) {
    cairo_move_to (cr, 0, height * i / ROWS + 0.5);
    cairo_rel_line_to (cr, width, 0);
  }
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
draw_wave (cairo_t * cr, const gfloat * wave, int width, int height)
{
  gint i;

  for (i = 0; i < FRAMES; i++)
    cairo_line_to (cr, width * i / (FRAMES - 1.0),
        height * (0.5 - SCALE * wave[i]));
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
}

static void
draw (GtkDrawingArea * area, cairo_t * cr, int width, int height, gpointer data)
{
  Scope *scope = data;
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (area));
  GdkRGBA colour;

  gtk_style_context_get_color (style, &colour);
  colour.alpha = 0.1;
  gdk_cairo_set_source_rgba (cr, &colour);
  draw_grid (cr, width, height);
  if (!gtk_style_context_lookup_color (style, "theme_selected_bg_color",
          &colour))
    gtk_style_context_get_color (style, &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  draw_wave (cr, scope->wave, width, height);
}

GtkWidget *
scope_new (void)
{
  GtkWidget *widget = gtk_drawing_area_new ();
  Scope *scope = g_new0 (Scope, 1);

  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (widget), HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (widget), draw, scope, NULL);
  g_object_set_data_full (G_OBJECT (widget), "scope", scope, scope_free);
  gtk_widget_set_hexpand (widget, TRUE);
  return widget;
}

void
scope_set_appsink (GtkWidget * widget, GstElement * appsink)
{
  Scope *scope = get_scope (widget);

  if (scope->tick)
    gtk_widget_remove_tick_callback (widget, scope->tick);
  scope->tick = 0;
  gst_object_replace ((GstObject **) & scope->appsink, GST_OBJECT (appsink));
  if (appsink)
    scope->tick = gtk_widget_add_tick_callback (widget, on_tick, scope, NULL);
  else
    memset (scope->wave, 0, sizeof (scope->wave));
  gtk_widget_queue_draw (widget);
}
