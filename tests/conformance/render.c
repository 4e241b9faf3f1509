/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Builds a described scene (FORMAT.md) from this project's elements, renders it
 * offline and writes the samples and the answers to the scene's queries.
 *
 *   render [--block-size N] [--time] SCENE.json [OUT.f32 [QUERIES.json]]
 *
 * What exists is asked of the registry and of the objects: a node type needs
 * its factory, an option the property of its name, a method the action signal
 * of its name. Exit status: 0 rendered, 1 failed, 2 wrong usage, 3 the scene
 * uses a node or a feature that does not exist, named on stderr. */

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "building.h"
#include "json.h"
#include "nodes.h"
#include "queries.h"
#include "scene.h"

#define FORMAT_VERSION 1

/* Changes */

static void
change_create (Scene * scene, JsonObject * op)
{
  construct (scene, get_object (op, "node"));
  schedule_node (scene, get_object (op, "node"));
}

static void
change_param (Scene * scene, JsonObject * op)
{
  apply_event (find_node (scene, get_string (op, "node")),
      get_string (op, "param"), get_array (op, "event"));
}

static void
change_set (Scene * scene, JsonObject * op)
{
  set_attribute (scene, find_node (scene, get_string (op, "node")),
      get_string (op, "name"), get_member (op, "value"));
}

static void
change_schedule (Scene * scene, JsonObject * op)
{
  schedule_source (scene, find_node (scene, get_string (op, "node")),
      get_string (op, "op"), get_array (op, "args"));
}

typedef struct
{
  const gchar *op;
  void (*apply) (Scene * scene, JsonObject * op);
} Change;

static const Change changes[] = {
  {"create", change_create},
  {"connect", make_connection},
  {"disconnect", end_connection},
  {"param", change_param},
  {"set", change_set},
  {"start", change_schedule},
  {"stop", change_schedule},
};

static void
apply_op (Scene * scene, JsonObject * op)
{
  const gchar *name = get_string (op, "op");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (changes); i++) {
    if (strcmp (changes[i].op, name) == 0) {
      changes[i].apply (scene, op);
      return;
    }
  }
  quit (EXIT_FAILURE, "unknown change '%s'", name);
}

static void
apply_changes (Scene * scene, guint64 frame)
{
  guint n = count_members (scene->description, "changes");
  guint i;

  for (; scene->next_change < n; scene->next_change++) {
    JsonObject *change = get_nth_object (scene->description, "changes",
        scene->next_change);

    if (get_number (change, "frame") > frame)
      return;
    for (i = 0; i < count_members (change, "ops"); i++)
      apply_op (scene, get_nth_object (change, "ops", i));
  }
}

/* Rendering */

static void
apply_moment (Scene * scene, guint64 frame)
{
  apply_changes (scene, frame);
  answer_queries (scene, FALSE, frame);
}

/* Between two blocks, on the thread that renders them. */
static GstPadProbeReturn
count_block (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Scene *scene = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  scene->rendered +=
      gst_buffer_get_size (buffer) / (scene->channels * sizeof (gfloat));
  if (scene->rendered < scene->length)
    apply_moment (scene, scene->rendered);
  return GST_PAD_PROBE_OK;
}

static GstFlowReturn
collect_samples (GstAppSink * sink, gpointer user_data)
{
  Scene *scene = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gsize n = gst_buffer_get_size (buffer) / sizeof (gfloat);
  gsize room = scene->length * scene->channels - scene->n_written;

  if (n > room)
    quit (EXIT_FAILURE, "the render is longer than the scene");
  gst_buffer_extract (buffer, 0, scene->samples + scene->n_written,
      n * sizeof (gfloat));
  scene->n_written += n;
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* The end of the pipeline, which has the one sink pad that it returns. */
static GstElement *
add_sink (Scene * scene)
{
  GstElement *sink = gst_element_factory_make (scene->samples ? "appsink" :
      "fakesink", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstAppSinkCallbacks callbacks = {.new_sample = collect_samples };
  GstCaps *caps;

  if (sink == NULL || filter == NULL)
    quit (EXIT_FAILURE, "GStreamer's own elements are not installed");
  caps = gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, "F32LE",
      "layout", G_TYPE_STRING, "interleaved", NULL);
  g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
  g_object_set (sink, "sync", FALSE, NULL);
  if (scene->samples)
    gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, scene, NULL);
  gst_bin_add_many (GST_BIN (scene->pipeline), filter, sink, NULL);
  gst_element_link (filter, sink);
  return filter;
}

/* A block must end where something is to happen. */
static guint
limit_block_size (Scene * scene, guint block_size)
{
  guint i;

  if (count_members (scene->description, "changes") > 0)
    return QUANTUM;
  for (i = 0; i < count_members (scene->description, "queries"); i++) {
    if (json_object_has_member (get_nth_object (scene->description, "queries",
                i), "frame"))
      return QUANTUM;
  }
  return block_size;
}

static void
add_destination (Scene * scene, guint block_size)
{
  GstElementFactory *factory = gst_element_factory_find ("audiodestination");
  GstElement *element = make_element (factory ? "audiodestination" : "gain",
      "Gain");
  Node *node = add_node (scene, DESTINATION, "AudioDestination", element,
      gst_object_ref (element));
  GstElement *sink;
  GstPad *pad;

  gst_clear_object (&factory);
  g_object_set (element, "channel-count", scene->channels,
      "length", scene->length, "sample-rate", scene->rate,
      "block-size", limit_block_size (scene, block_size), NULL);
  set_property_from_string (node, "channel-count-mode", "explicit");
  if (json_object_has_member (scene->description, DESTINATION))
    set_attributes (scene, node, get_object (scene->description, DESTINATION));

  add_to_pipeline (scene, element);
  sink = add_sink (scene);
  gst_element_link (element, sink);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_block, scene, NULL);
  gst_object_unref (pad);
}

static void
note_listener (JsonObject * connection, gpointer user_data)
{
  if (strcmp (get_string (connection, "to"), LISTENER) == 0)
    *(gboolean *) user_data = TRUE;
}

/* Every context has one; here, where something may name it. */
static void
add_listener (Scene * scene)
{
  gboolean has_params = json_object_has_member (scene->description, LISTENER);
  gboolean needed = has_params
      || count_members (scene->description, "changes") > 0
      || count_members (scene->description, "queries") > 0;
  Node *node;

  for_each_connection (scene, note_listener, &needed);
  if (!needed)
    return;
  node = add_plain_node (scene, LISTENER, "AudioListener");
  add_to_pipeline (scene, node->output);
  if (has_params)
    set_params (node, get_object (scene->description, LISTENER));
}

/* A context renders every node, connected or not. */
static void
add_all (Scene * scene)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, scene->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Node *node = value;

    add_to_pipeline (scene, node->input);
    add_to_pipeline (scene, node->output);
  }
}

static void
build (Scene * scene, guint block_size)
{
  JsonObject *description = scene->description;
  guint i;

  add_destination (scene, block_size);
  add_listener (scene);
  for (i = 0; i < count_members (description, "nodes"); i++)
    construct (scene, get_nth_object (description, "nodes", i));
  add_all (scene);
  for (i = 0; i < count_members (description, "connections"); i++)
    make_connection (scene, get_nth_object (description, "connections", i));
  for (i = 0; i < count_members (description, "nodes"); i++)
    schedule_node (scene, get_nth_object (description, "nodes", i));
  apply_moment (scene, 0);
}

static void G_GNUC_NORETURN
quit_with_error (GstMessage * message)
{
  GError *error;
  gchar *details;

  gst_message_parse_error (message, &error, &details);
  quit (EXIT_FAILURE, "%s: %s\n%s", GST_MESSAGE_SRC_NAME (message),
      error->message, details ? details : "");
}

/* Waits for one of @types, or fails with the pipeline. */
static void
wait_for (Scene * scene, GstMessageType types)
{
  GstBus *bus = gst_element_get_bus (scene->pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ERROR | types);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    quit_with_error (message);
  gst_message_unref (message);
  gst_object_unref (bus);
}

/* Returns the seconds that rendering took. */
static gdouble
render (Scene * scene)
{
  gint64 begin, end;

  gst_element_set_state (scene->pipeline, GST_STATE_PAUSED);
  wait_for (scene, GST_MESSAGE_ASYNC_DONE);
  begin = g_get_monotonic_time ();
  gst_element_set_state (scene->pipeline, GST_STATE_PLAYING);
  wait_for (scene, GST_MESSAGE_EOS);
  end = g_get_monotonic_time ();

  if (scene->rendered != scene->length)
    quit (EXIT_FAILURE, "%" G_GUINT64_FORMAT " frames instead of %"
        G_GUINT64_FORMAT, scene->rendered, scene->length);
  answer_queries (scene, TRUE, 0);
  gst_element_set_state (scene->pipeline, GST_STATE_NULL);
  return (end - begin) / (gdouble) G_USEC_PER_SEC;
}

/* Files */

static void
write_file (const gchar * path, const gchar * data, gsize size)
{
  GError *error = NULL;

  if (!g_file_set_contents (path, data, size, &error))
    quit (EXIT_FAILURE, "%s", error->message);
}

static void
write_answers (Scene * scene, const gchar * path)
{
  JsonGenerator *generator = json_generator_new ();
  JsonNode *root = json_node_new (JSON_NODE_ARRAY);
  JsonArray *answers = json_array_new ();
  guint i;
  gsize size;
  gchar *text;

  for (i = 0; i < count_members (scene->description, "queries"); i++) {
    json_array_add_element (answers, scene->answers[i]);
    scene->answers[i] = NULL;
  }
  json_node_take_array (root, answers);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, &size);
  write_file (path, text, size);
  g_free (text);
  json_node_unref (root);
  g_object_unref (generator);
}

static Scene *
scene_new (JsonNode * root, gboolean keep_samples)
{
  Scene *scene = g_new0 (Scene, 1);
  gsize size;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    quit (EXIT_FAILURE, "the scene is not an object");
  scene->description = json_node_get_object (root);
  if (get_number (scene->description, "format") != FORMAT_VERSION)
    quit (EXIT_FAILURE, "not a scene of format %d", FORMAT_VERSION);
  scene->rate = get_number (scene->description, "sampleRate");
  scene->length = get_number (scene->description, "length");
  /* answers are those of a context, which renders its last quantum whole */
  if (count_members (scene->description, "queries") > 0)
    scene->length = (scene->length + QUANTUM - 1) / QUANTUM * QUANTUM;
  scene->channels = get_number (scene->description, "channels");
  scene->pipeline = gst_pipeline_new (NULL);
  scene->buffers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) gst_sample_unref);
  scene->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
      (GDestroyNotify) node_free);
  scene->connections = g_ptr_array_new_with_free_func
      ((GDestroyNotify) connection_free);
  scene->answers = g_new0 (JsonNode *,
      count_members (scene->description, "queries") + 1);
  if (keep_samples) {
    size = scene->length * scene->channels * sizeof (gfloat);
    scene->samples = g_malloc (size);
    /* touched here, so that page faults are not timed */
    memset (scene->samples, 0xff, size);
  }
  return scene;
}

static void
scene_free (Scene * scene)
{
  guint i;

  for (i = 0; i < count_members (scene->description, "queries"); i++)
    g_clear_pointer (&scene->answers[i], json_node_unref);
  g_free (scene->answers);
  g_free (scene->samples);
  g_ptr_array_unref (scene->connections);
  gst_object_unref (scene->pipeline);
  g_hash_table_unref (scene->nodes);
  g_hash_table_unref (scene->buffers);
  g_free (scene);
}

int
main (int argc, char **argv)
{
  gint block_size = 1024;
  gboolean time = FALSE;
  const GOptionEntry entries[] = {
    {"block-size", 0, 0, G_OPTION_ARG_INT, &block_size,
        "Frames that are rendered at once, a multiple of 128 (1024)", "N"},
    {"time", 0, 0, G_OPTION_ARG_NONE, &time,
        "Print the frames and the seconds that rendering took", NULL},
    G_OPTION_ENTRY_NULL
  };
  GOptionContext *options =
      g_option_context_new ("SCENE.json [OUT.f32 [QUERIES.json]]");
  JsonParser *parser = json_parser_new ();
  GError *error = NULL;
  gdouble seconds;
  Scene *scene;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, &argc, &argv, &error))
    quit (EXIT_USAGE, "%s", error->message);
  g_option_context_free (options);
  if (argc < (time ? 2 : 3) || argc > 4)
    quit (EXIT_USAGE, "usage: render [--block-size N] [--time] "
        "SCENE.json [OUT.f32 [QUERIES.json]]");

  if (!json_parser_load_from_file (parser, argv[1], &error))
    quit (EXIT_FAILURE, "%s", error->message);
  scene = scene_new (json_parser_get_root (parser), argc > 2);
  build (scene, block_size);
  seconds = render (scene);
  if (time)
    printf ("%" G_GUINT64_FORMAT " frames, %.6f seconds\n", scene->rendered,
        seconds);
  if (argc > 2)
    write_file (argv[2], (const gchar *) scene->samples,
        (gsize) get_number (scene->description, "length") * scene->channels *
        sizeof (gfloat));
  if (argc > 3)
    write_answers (scene, argv[3]);

  scene_free (scene);
  g_object_unref (parser);
  gst_deinit ();
  return EXIT_SUCCESS;
}
