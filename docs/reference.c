/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes into the pages what can be read from the program itself, between
 * markers:
 *
 *   <!-- reference --> … <!-- /reference -->
 *       in docs/ELEMENT.md: the element's pads, properties and signals
 *   <!-- quote FILE [FUNCTION] --> … <!-- /quote -->
 *       anywhere: a source file, or one function of it
 *
 * usage: reference [--check] SOURCE_ROOT     --check: fails where a page is not
 *                                            what it would write
 */

#include <gst/audio/audio.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "webaudio"
/* A list of more values than this is only counted */
#define MANY 6

/* A number says nothing without its unit; an owner's own comes first */
static const struct
{
  const gchar *property;
  const gchar *unit;
} units[] = {
  {"attack", "s"},
  {"audio-bits-per-second", "bit/s"},
  {"base-latency", "ns"},
  {"bits-per-second", "bit/s"},
  {"block-size", "frames"},
  {"buffer-size", "frames"},
  {"channel-count", "channels"},
  {"cone-inner-angle", "°"},
  {"cone-outer-angle", "°"},
  {"cone-outer-gain", "factor"},
  {"current-time", "ns"},
  {"delay-time", "s"},
  {"detune", "cents"},
  {"GstWebAudioBufferSource:duration", "s"},
  {"forward-x", "direction"},
  {"forward-y", "direction"},
  {"forward-z", "direction"},
  {"frequency", "Hz"},
  {"GstWebAudioBiquadFilter:gain", "dB"},
  {"frequency-bin-count", "bins"},
  {"gain", "factor"},
  {"fft-size", "frames"},
  {"interval", "ns"},
  {"jitter", "ns"},
  {"knee", "dB"},
  {"length", "frames"},
  {"loop-end", "s"},
  {"loop-start", "s"},
  {"max-channel-count", "channels"},
  {"max-decibels", "dB"},
  {"max-delay-time", "s"},
  {"max-distance", "distance"},
  {"min-decibels", "dB"},
  {"number-of-inputs", "channels"},
  {"number-of-outputs", "channels"},
  {"GstWebAudioBufferSource:offset", "s"},
  {"offset", "amplitude"},
  {"orientation-x", "direction"},
  {"orientation-y", "direction"},
  {"orientation-z", "direction"},
  {"output-channels", "channels"},
  {"output-latency", "ns"},
  {"pan", "position"},
  {"playback-rate", "factor"},
  {"position-x", "distance"},
  {"position-y", "distance"},
  {"position-z", "distance"},
  {"q", "dB or ratio"},
  {"ratio", "dB per dB"},
  {"reduction", "dB"},
  {"release", "s"},
  {"ref-distance", "distance"},
  {"rolloff-factor", "factor"},
  {"sample-rate", "Hz"},
  {"smoothing-time-constant", "factor"},
  {"start", "ns"},
  {"stop", "ns"},
  {"threshold", "dB"},
  {"timeslice", "ns"},
  {"underruns", "frames"},
  {"up-x", "direction"},
  {"up-y", "direction"},
  {"up-z", "direction"},
};

/* The classes whose properties several elements have */
static const struct
{
  const gchar *type;
  const gchar *heading;
} shared[] = {
  {"GstWebAudioScheduledSource", "Properties of every scheduled source"},
  {"GstWebAudioDelayEnd", "Properties of both ends of a line"},
  {"GstWebAudioNode", "Properties of every node"},
};

/* Pads */

static void
add_field_value (GString * out, const GValue * value)
{
  const gchar *text = G_VALUE_HOLDS_STRING (value) ?
      g_value_get_string (value) : NULL;

  if (GST_VALUE_HOLDS_LIST (value)) {
    guint n = gst_value_list_get_size (value), i;

    if (n > MANY) {
      g_string_append_printf (out, "any of %u", n);
      return;
    }
    for (i = 0; i < n; i++) {
      g_string_append (out, i ? " or " : "");
      add_field_value (out, gst_value_list_get_value (value, i));
    }
  } else if (GST_VALUE_HOLDS_INT_RANGE (value)) {
    g_string_append_printf (out, "%d to %d",
        gst_value_get_int_range_min (value),
        gst_value_get_int_range_max (value));
  } else if (text) {
    /* pages are the same on every machine */
    g_string_append (out, g_str_equal (text, GST_AUDIO_NE (F32)) ?
        "F32 in native endianness" : text);
  } else {
    gchar *serialized = gst_value_serialize (value);

    g_string_append (out, serialized);
    g_free (serialized);
  }
}

static gboolean
add_field (GQuark field, const GValue * value, gpointer out)
{
  g_string_append_printf (out, ", %s: ", g_quark_to_string (field));
  add_field_value (out, value);
  return TRUE;
}

static void
add_caps (GString * out, GstCaps * caps)
{
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *s = gst_caps_get_structure (caps, i);

    g_string_append_printf (out, "%u. `%s`", i + 1, gst_structure_get_name (s));
    gst_structure_foreach (s, add_field, out);
    g_string_append_c (out, '\n');
  }
}

static void
add_pads (GString * out, GstElement * element)
{
  GstCaps *last = NULL;
  GList *l;

  g_string_append (out, "### Pads\n\n"
      "| pad | direction | presence |\n| --- | --- | --- |\n");
  for (l = gst_element_get_pad_template_list (element); l; l = l->next) {
    GstPadTemplate *templ = l->data;

    g_string_append_printf (out, "| `%s` | %s | %s |\n",
        GST_PAD_TEMPLATE_NAME_TEMPLATE (templ),
        GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SRC ? "src" : "sink",
        GST_PAD_TEMPLATE_PRESENCE (templ) == GST_PAD_ALWAYS ? "always" :
        "on request");
  }
  g_string_append (out, "\nFormats:\n\n");
  for (l = gst_element_get_pad_template_list (element); l; l = l->next) {
    GstCaps *caps = GST_PAD_TEMPLATE_CAPS (l->data);

    /* usually all pads have the same */
    if (!last || !gst_caps_is_strictly_equal (caps, last))
      add_caps (out, caps);
    last = caps;
  }
}

/* Properties */

/* Whether @name is that of @spec, or, behind a colon, of @spec of an owner. */
static gboolean
is_named (GParamSpec * spec, const gchar * name)
{
  const gchar *owner = g_type_name (spec->owner_type);
  gsize n = strlen (owner);

  return g_str_equal (name, spec->name) || (strncmp (name, owner, n) == 0
      && name[n] == ':' && g_str_equal (name + n + 1, spec->name));
}

static const gchar *
find_unit (GParamSpec * spec)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (units); i++)
    if (is_named (spec, units[i].property))
      return units[i].unit;
  if (!G_IS_PARAM_SPEC_BOOLEAN (spec) && !G_IS_PARAM_SPEC_ENUM (spec)
      && !G_IS_PARAM_SPEC_STRING (spec)
      && !G_IS_PARAM_SPEC_OBJECT (spec) && !G_IS_PARAM_SPEC_BOXED (spec)
      && !GST_IS_PARAM_SPEC_ARRAY_LIST (spec))
    g_error ("what is the unit of %s? say it in docs/reference.c", spec->name);
  return "";
}

static void
add_uint64 (GString * out, guint64 number)
{
  if (number == G_MAXUINT64)
    g_string_append (out, "2⁶⁴ − 1");
  else
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, number);
}

static void
add_enum_nicks (GString * out, GParamSpec * spec)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;
  guint i;

  for (i = 0; i < klass->n_values; i++)
    g_string_append_printf (out, "%s`%s`", i ? ", " : "",
        klass->values[i].value_nick);
}

static void
add_range (GString * out, GParamSpec * spec)
{
  if (G_IS_PARAM_SPEC_DOUBLE (spec)) {
    GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE (spec);

    if (range->minimum == -G_MAXFLOAT && range->maximum == G_MAXFLOAT)
      g_string_append (out, "any finite float");
    else if (range->minimum == -G_MAXDOUBLE && range->maximum == G_MAXDOUBLE)
      g_string_append (out, "any finite number");
    else if (range->maximum == G_MAXDOUBLE)
      g_string_append_printf (out, "%.10g or more", range->minimum);
    else
      g_string_append_printf (out, "%.10g to %.10g", range->minimum,
          range->maximum);
  } else if (G_IS_PARAM_SPEC_INT (spec)) {
    g_string_append_printf (out, "%d to %d",
        G_PARAM_SPEC_INT (spec)->minimum, G_PARAM_SPEC_INT (spec)->maximum);
  } else if (G_IS_PARAM_SPEC_UINT (spec)) {
    g_string_append_printf (out, "%u to %u",
        G_PARAM_SPEC_UINT (spec)->minimum, G_PARAM_SPEC_UINT (spec)->maximum);
  } else if (G_IS_PARAM_SPEC_UINT64 (spec)) {
    add_uint64 (out, G_PARAM_SPEC_UINT64 (spec)->minimum);
    g_string_append (out, " to ");
    add_uint64 (out, G_PARAM_SPEC_UINT64 (spec)->maximum);
  } else if (G_IS_PARAM_SPEC_ENUM (spec)) {
    add_enum_nicks (out, spec);
  }
}

/* What a new element has, which may differ from the class's default */
static void
add_default (GString * out, gpointer object, GParamSpec * spec)
{
  GValue value = G_VALUE_INIT;

  if (G_IS_PARAM_SPEC_OBJECT (spec) || G_IS_PARAM_SPEC_BOXED (spec))
    return;
  g_value_init (&value, spec->value_type);
  g_object_get_property (object, spec->name, &value);
  if (G_VALUE_HOLDS_UINT64 (&value)) {
    add_uint64 (out, g_value_get_uint64 (&value));
  } else if (G_VALUE_HOLDS_DOUBLE (&value)
      && g_value_get_double (&value) == G_MAXDOUBLE) {
    g_string_append (out, "no limit");
  } else if (G_VALUE_HOLDS_DOUBLE (&value)) {
    g_string_append_printf (out, "%.10g", g_value_get_double (&value));
  } else if (G_VALUE_HOLDS_ENUM (&value)) {
    g_string_append_printf (out, "`%s`", g_enum_get_value
        (G_PARAM_SPEC_ENUM (spec)->enum_class,
            g_value_get_enum (&value))->value_nick);
  } else if (GST_VALUE_HOLDS_ARRAY (&value)
      && gst_value_array_get_size (&value) == 0) {
    g_string_append (out, "empty");
  } else {
    gchar *serialized = gst_value_serialize (&value);

    if (serialized)
      g_string_append (out, serialized);
    g_free (serialized);
  }
  g_value_unset (&value);
}

static const gchar *
describe_type (GParamSpec * spec)
{
  if (GST_IS_PARAM_SPEC_ARRAY_LIST (spec))
    return "array of numbers";
  if (G_IS_PARAM_SPEC_ENUM (spec))
    return "enum";
  return g_type_name (spec->value_type);
}

static const gchar *
describe_flags (GParamSpec * spec)
{
  if (!(spec->flags & G_PARAM_WRITABLE))
    return "read only";
  if (spec->flags & GST_PARAM_CONTROLLABLE)
    return "any time, controllable";
  if (spec->flags & GST_PARAM_MUTABLE_PLAYING)
    return "any time";
  return "in NULL or READY";
}

/* The page has a table of its own for what a parameter is besides a property. */
static gchar *
describe (GParamSpec * spec)
{
  const gchar *blurb = g_param_spec_get_blurb (spec);
  const gchar *end = strstr (blurb, " (AudioParam: ");

  return end ? g_strndup (blurb, end - blurb) : g_strdup (blurb);
}

static void
add_property (GString * out, GstElement * element, GParamSpec * spec)
{
  gchar *description = describe (spec);

  g_string_append_printf (out, "| `%s` | %s | %s | ", spec->name,
      describe_type (spec), find_unit (spec));
  add_range (out, spec);
  g_string_append (out, " | ");
  add_default (out, element, spec);
  g_string_append_printf (out, " | %s | %s |\n", describe_flags (spec),
      description);
  g_free (description);
}

static void
add_enum_values (GString * out, GParamSpec * spec)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;
  guint i;

  g_string_append_printf (out, "\nValues of `%s`:\n\n", spec->name);
  for (i = 0; i < klass->n_values; i++)
    g_string_append_printf (out, "- `%s`: %s\n", klass->values[i].value_nick,
        klass->values[i].value_name);
}

/* The properties that @owner installed */
static void
add_properties (GString * out, GstElement * element, const gchar * heading,
    GType owner)
{
  guint n, i;
  GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  gboolean any = FALSE;

  for (i = 0; i < n; i++) {
    if (specs[i]->owner_type != owner)
      continue;
    if (!any)
      g_string_append_printf (out, "\n### %s\n\n"
          "| property | type | unit | range | default | set | what it is |\n"
          "| --- | --- | --- | --- | --- | --- | --- |\n", heading);
    add_property (out, element, specs[i]);
    any = TRUE;
  }
  for (i = 0; i < n; i++)
    if (specs[i]->owner_type == owner && G_IS_PARAM_SPEC_ENUM (specs[i]))
      add_enum_values (out, specs[i]);
  g_free (specs);
}

/* AudioParams */

/* A bin's children are elements, and have none. */
static void
add_params (GString * out, GstElement * element)
{
  guint n = GST_IS_CHILD_PROXY (element) && !GST_IS_BIN (element) ?
      gst_child_proxy_get_children_count (GST_CHILD_PROXY (element)) : 0;
  guint i;

  if (n == 0)
    return;
  g_string_append (out, "\n### AudioParams\n\n"
      "| child | pads | automation rate |\n| --- | --- | --- |\n");
  for (i = 0; i < n; i++) {
    GObject *param = gst_child_proxy_get_child_by_index
        (GST_CHILD_PROXY (element), i);

    g_string_append_printf (out, "| `%s` | `%s_%%u` | ",
        GST_OBJECT_NAME (param), GST_OBJECT_NAME (param));
    add_default (out, param, g_object_class_find_property
        (G_OBJECT_GET_CLASS (param), "automation-rate"));
    g_string_append (out, " |\n");
    g_object_unref (param);
  }
  g_string_append (out, "\nWhat can be done with them: "
      "[audioparam.md](audioparam.md).\n");
}

/* Signals */

static void
add_signal (GString * out, guint id)
{
  GSignalQuery query;
  guint i;

  g_signal_query (id, &query);
  g_string_append_printf (out, "| `%s` | %s | ", query.signal_name,
      query.signal_flags & G_SIGNAL_ACTION ? "action: emit it" :
      "emitted: connect to it");
  for (i = 0; i < query.n_params; i++)
    g_string_append_printf (out, "%s%s", i ? ", " : "",
        g_type_name (query.param_types[i]));
  g_string_append_printf (out, " | %s |\n",
      query.return_type == G_TYPE_NONE ? "" : g_type_name (query.return_type));
}

static int
compare_ids (const void *a, const void *b)
{
  guint first = *(const guint *) a, second = *(const guint *) b;

  return first < second ? -1 : first > second;
}

static void
add_signals (GString * out, GType type)
{
  gboolean any = FALSE;

  /* those of a bin are of no concern */
  for (; type != GST_TYPE_ELEMENT && type != GST_TYPE_BIN;
      type = g_type_parent (type)) {
    guint n, i;
    guint *ids = g_signal_list_ids (type, &n);

    if (n > 0 && !any)
      g_string_append (out, "\n### Signals\n\n"
          "| signal | kind | arguments | returns |\n"
          "| --- | --- | --- | --- |\n");
    /* in the order in which they were made, not in that of the quarks */
    if (n > 0)
      qsort (ids, n, sizeof (guint), compare_ids);
    for (i = 0; i < n; i++)
      add_signal (out, ids[i]);
    any |= n > 0;
    g_free (ids);
  }
}

/* Sections */

static gchar *
make_reference (const gchar * factory)
{
  GString *out = g_string_new (NULL);
  GstElement *element = gst_element_factory_make (factory, NULL);
  GType type;
  guint i;

  if (!element)
    g_error ("there is no element %s", factory);
  gst_object_ref_sink (element);
  type = G_OBJECT_TYPE (element);
  add_pads (out, element);
  add_properties (out, element, "Properties", type);
  add_params (out, element);
  for (i = 0; i < G_N_ELEMENTS (shared); i++)
    add_properties (out, element, shared[i].heading,
        g_type_from_name (shared[i].type));
  add_signals (out, type);
  gst_object_unref (element);
  return g_string_free (out, FALSE);
}

static gchar *
read_file (const gchar * root, const gchar * name)
{
  gchar *path = g_build_filename (root, name, NULL);
  GError *error = NULL;
  gchar *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  g_free (path);
  return text;
}

/* From the line before its name, which has the type, to the closing brace */
static gchar *
cut_function (gchar * text, const gchar * name)
{
  gchar *needle = g_strconcat ("\n", name, " (", NULL);
  gchar *start = strstr (text, needle);
  gchar *end = start ? strstr (start, "\n}\n") : NULL;

  g_free (needle);
  if (!end)
    g_error ("there is no function %s", name);
  end[3] = '\0';
  for (start--; start > text && start[-1] != '\n'; start--);
  return start;
}

/* Without the licence, which the page does not need */
static gchar *
cut_header (gchar * text)
{
  gchar *licence = strstr (text, "SPDX-License-Identifier");
  gchar *end = licence ? strchr (licence, '\n') : NULL;

  return end ? end + 1 : text;
}

/* @what: FILE or FILE FUNCTION, which is in C */
static gchar *
make_quote (const gchar * root, const gchar * what)
{
  gchar **words = g_strsplit (what, " ", 2);
  gchar *text = read_file (root, words[0]);
  gchar *part = words[1] ? cut_function (text, words[1]) : cut_header (text);
  const gchar *extension = strrchr (words[0], '.');
  gchar *quote = g_strdup_printf ("```%s\n%s```\n",
      extension ? extension + 1 : "", part);

  g_free (text);
  g_strfreev (words);
  return quote;
}

/* Pages */

/* Those that quote, and belong to no element */
static const gchar *const guides[] = {
  "README.md",
  "docs/audioparam.md",
  "docs/embedding.md",
  "docs/recording.md",
  "docs/streaming.md",
};

typedef struct
{
  const gchar *root;
  const gchar *page;            /* relative to the root */
  const gchar *factory;         /* NULL: the page of no element */
  gboolean has_reference;
} Page;

/* What belongs below the marker @line, or NULL if it is none; @close is the
 * marker that ends it */
static gchar *
make_section (Page * page, const gchar * line, const gchar ** close)
{
  const gchar *quote = "<!-- quote ";
  gchar *what, *section;

  if (g_str_equal (line, "<!-- reference -->") && page->factory) {
    page->has_reference = TRUE;
    *close = "<!-- /reference -->";
    return make_reference (page->factory);
  }
  if (!g_str_has_prefix (line, quote) || !g_str_has_suffix (line, " -->"))
    return NULL;
  *close = "<!-- /quote -->";
  what = g_strndup (line + strlen (quote),
      strlen (line) - strlen (quote) - strlen (" -->"));
  section = make_quote (page->root, what);
  g_free (what);
  return section;
}

static gchar *
renew (Page * page, const gchar * old)
{
  gchar **lines = g_strsplit (old, "\n", -1);
  GString *out = g_string_new (NULL);
  const gchar *close = NULL;
  guint i;

  for (i = 0; lines[i]; i++) {
    gchar *section;

    if (close && !g_str_equal (lines[i], close))
      continue;
    close = NULL;
    g_string_append (out, lines[i]);
    if (lines[i + 1])
      g_string_append_c (out, '\n');
    if ((section = make_section (page, lines[i], &close)))
      g_string_append_printf (out, "\n%s\n", section);
    g_free (section);
  }
  if (close)
    g_error ("%s: %s is missing", page->page, close);
  if (page->factory && !page->has_reference)
    g_error ("%s: <!-- reference --> is missing", page->page);
  g_strfreev (lines);
  return g_string_free (out, FALSE);
}

/* Returns whether the page is as it should be */
static gboolean
do_page (const gchar * root, const gchar * name, const gchar * factory,
    gboolean check)
{
  Page page = { root, name, factory, FALSE };
  gchar *old = read_file (root, name);
  gchar *now = renew (&page, old);
  gboolean same = g_str_equal (old, now);

  if (!same && check) {
    g_printerr ("%s is out of date; renew it with reference %s\n", name, root);
  } else if (!same) {
    gchar *path = g_build_filename (root, name, NULL);
    GError *error = NULL;

    if (!g_file_set_contents (path, now, -1, &error))
      g_error ("%s", error->message);
    g_print ("%s\n", name);
    g_free (path);
  }
  g_free (now);
  g_free (old);
  return same || !check;
}

int
main (int argc, char **argv)
{
  gboolean check = argc > 1 && g_str_equal (argv[1], "--check");
  const gchar *root = argv[argc - 1];
  gboolean good = TRUE;
  GList *features, *l;
  guint i;

  gst_init (&argc, &argv);
  if (argc != (check ? 3 : 2)) {
    g_printerr ("usage: %s [--check] SOURCE_ROOT\n", argv[0]);
    return 2;
  }
  for (i = 0; i < G_N_ELEMENTS (guides); i++)
    good &= do_page (root, guides[i], NULL, check);
  /* every element has a page */
  features = gst_registry_get_feature_list_by_plugin (gst_registry_get (),
      PLUGIN);
  for (l = features; l; l = l->next) {
    gchar *name = g_strdup_printf ("docs/%s.md", GST_OBJECT_NAME (l->data));

    good &= do_page (root, name, GST_OBJECT_NAME (l->data), check);
    g_free (name);
  }
  good &= features != NULL;
  gst_plugin_feature_list_free (features);
  return good ? 0 : 1;
}
