/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every factory says about itself: metadata, pad templates and properties,
 * and what gst-inspect-1.0 makes of it.
 */

#include <gst/check/gstcheck.h>
#include <string.h>

/* Properties that the spec has as AudioParams, by factory */
static const gchar *audio_params[][2] = {
  {"audiolistener", "forward-x"},
  {"audiolistener", "forward-y"},
  {"audiolistener", "forward-z"},
  {"audiolistener", "position-x"},
  {"audiolistener", "position-y"},
  {"audiolistener", "position-z"},
  {"audiolistener", "up-x"},
  {"audiolistener", "up-y"},
  {"audiolistener", "up-z"},
  {"biquadfilter", "detune"},
  {"biquadfilter", "frequency"},
  {"biquadfilter", "gain"},
  {"biquadfilter", "q"},
  {"buffersource", "detune"},
  {"buffersource", "playback-rate"},
  {"constantsource", "offset"},
  {"delay", "delay-time"},
  {"delayreader", "delay-time"},
  {"dynamicscompressor", "attack"},
  {"dynamicscompressor", "knee"},
  {"dynamicscompressor", "ratio"},
  {"dynamicscompressor", "release"},
  {"dynamicscompressor", "threshold"},
  {"gain", "gain"},
  {"oscillator", "detune"},
  {"oscillator", "frequency"},
  {"panner", "orientation-x"},
  {"panner", "orientation-y"},
  {"panner", "orientation-z"},
  {"panner", "position-x"},
  {"panner", "position-y"},
  {"panner", "position-z"},
  {"stereopanner", "pan"},
};

/* Properties of the base class that begin with another value in a subclass, as
 * the spec has it; test_spec_defaults looks at those */
static const gchar *own_defaults[][2] = {
  {"audiodestination", "base-latency"},
  {"audiodestination", "channel-count-mode"},
  {"channelmerger", "channel-count"},
  {"channelmerger", "channel-count-mode"},
  {"channelsplitter", "channel-count"},
  {"channelsplitter", "channel-count-mode"},
  {"channelsplitter", "channel-interpretation"},
  {"convolver", "channel-count-mode"},
  {"dynamicscompressor", "channel-count-mode"},
  {"mediastreamdest", "channel-count-mode"},
  {"panner", "channel-count-mode"},
  {"stereopanner", "channel-count-mode"},
};

static GPtrArray *factories;

static void
setup (void)
{
  GList *features, *f;

  factories = g_ptr_array_new_with_free_func (gst_object_unref);
  features = gst_registry_get_feature_list_by_plugin (gst_registry_get (),
      "webaudio");
  for (f = features; f; f = f->next)
    if (GST_IS_ELEMENT_FACTORY (f->data))
      g_ptr_array_add (factories, gst_plugin_feature_load (f->data));
  gst_plugin_feature_list_free (features);
  fail_unless (factories->len >= 4);
}

static void
teardown (void)
{
  g_ptr_array_unref (factories);
}

static gboolean
is_among (const gchar * list[][2], guint n, const gchar * factory,
    const gchar * property)
{
  guint i;

  for (i = 0; i < n; i++)
    if (g_str_equal (list[i][0], factory) && g_str_equal (list[i][1], property))
      return TRUE;
  return FALSE;
}

static gboolean
is_audio_param (const gchar * factory, const gchar * property)
{
  return is_among (audio_params, G_N_ELEMENTS (audio_params), factory,
      property);
}

GST_START_TEST (test_plugin)
{
  GstPlugin *plugin = gst_registry_find_plugin (gst_registry_get (),
      "webaudio");

  fail_unless (plugin != NULL);
  fail_unless_equals_string (gst_plugin_get_license (plugin), "LGPL");
  fail_unless (*gst_plugin_get_description (plugin) != '\0');
  fail_unless (*gst_plugin_get_version (plugin) != '\0');
  fail_unless (*gst_plugin_get_origin (plugin) != '\0');
  gst_object_unref (plugin);
}

GST_END_TEST;

GST_START_TEST (test_metadata)
{
  static const gchar *keys[] = {
    GST_ELEMENT_METADATA_LONGNAME, GST_ELEMENT_METADATA_KLASS,
    GST_ELEMENT_METADATA_DESCRIPTION, GST_ELEMENT_METADATA_AUTHOR
  };
  guint i, j;

  for (i = 0; i < factories->len; i++) {
    GstElementFactory *factory = factories->pdata[i];
    const gchar *klass;

    for (j = 0; j < G_N_ELEMENTS (keys); j++) {
      const gchar *text = gst_element_factory_get_metadata (factory, keys[j]);

      fail_unless (text && *text, "%s has no %s", GST_OBJECT_NAME (factory),
          keys[j]);
    }
    klass = gst_element_factory_get_metadata (factory,
        GST_ELEMENT_METADATA_KLASS);
    fail_unless (strstr (klass, "Audio") != NULL, "%s", klass);
    /* nothing here should be plugged by itself */
    fail_unless_equals_int (gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE
            (factory)), GST_RANK_NONE);
    fail_unless (g_str_has_prefix (g_type_name
            (gst_element_factory_get_element_type (factory)), "GstWebAudio"));
  }
}

GST_END_TEST;

/* Enumerations, flags and pads that a user meets are documented with the
 * plugin */
static void
check_is_plugin_api (GType type)
{
  if (type != G_TYPE_INVALID
      && g_str_has_prefix (g_type_name (type), "GstWebAudio"))
    fail_unless (gst_type_is_plugin_api (type, NULL), "%s", g_type_name (type));
}

GST_START_TEST (test_pad_templates)
{
  guint i;

  for (i = 0; i < factories->len; i++) {
    GstElement *element = gst_element_factory_create (factories->pdata[i],
        NULL);
    GstElementClass *klass = GST_ELEMENT_GET_CLASS (element);
    GList *t;
    GList *p;

    for (t = gst_element_class_get_pad_template_list (klass); t; t = t->next) {
      GstPadTemplate *templ = t->data;
      GType type;

      g_object_get (templ, "gtype", &type, NULL);
      check_is_plugin_api (type);
      fail_if (gst_caps_is_empty (GST_PAD_TEMPLATE_CAPS (templ)));
      fail_unless_equals_int (GST_PAD_TEMPLATE_PRESENCE (templ),
          strchr (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), '%') ?
          GST_PAD_REQUEST : GST_PAD_ALWAYS);
    }
    for (p = element->pads; p; p = p->next)
      fail_unless (gst_pad_get_pad_template (p->data) != NULL);
    for (p = element->pads; p; p = p->next)
      gst_object_unref (GST_PAD_PAD_TEMPLATE (p->data));
    gst_object_unref (element);
  }
}

GST_END_TEST;

GST_START_TEST (test_base_types)
{
  guint i;

  for (i = 0; i < factories->len; i++) {
    GType type = gst_element_factory_get_element_type (factories->pdata[i]);
    gpointer klass = g_type_class_ref (type);

    for (type = g_type_parent (type); type != GST_TYPE_ELEMENT;
        type = g_type_parent (type))
      check_is_plugin_api (type);
    g_type_class_unref (klass);
  }
}

GST_END_TEST;

static gboolean
is_ours (const GParamSpec * pspec)
{
  return g_str_has_prefix (g_type_name (pspec->owner_type), "GstWebAudio");
}

/* A new object has what the specification says, and that is in its range */
static void
check_default (GstElement * element, const gchar * factory, GParamSpec * pspec)
{
  GValue value = G_VALUE_INIT, valid = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  g_value_init (&valid, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &value);
  /* an array has no default but the empty one */
  if (GST_VALUE_HOLDS_ARRAY (&value)) {
    fail_unless_equals_int (gst_value_array_get_size (&value), 0);
  } else if (!G_IS_PARAM_SPEC_OBJECT (pspec)) {
    fail_unless (g_param_value_defaults (pspec, &value) != is_among
        (own_defaults, G_N_ELEMENTS (own_defaults), factory, pspec->name),
        "%s:%s", factory, pspec->name);
  }
  g_value_copy (&value, &valid);
  fail_if (g_param_value_validate (pspec, &valid), "%s:%s is out of range",
      factory, pspec->name);
  g_value_unset (&valid);
  g_value_unset (&value);
}

static void
check_property (GstElement * element, const gchar * factory, GParamSpec * pspec)
{
  gboolean controllable = (pspec->flags & GST_PARAM_CONTROLLABLE) != 0;
  const gchar *blurb = g_param_spec_get_blurb (pspec);
  const gchar *nick = g_param_spec_get_nick (pspec);

  fail_unless (blurb && *blurb, "%s:%s has no blurb", factory, pspec->name);
  fail_unless (nick && *nick, "%s:%s has no nick", factory, pspec->name);
  fail_unless (pspec->flags & G_PARAM_READABLE, "%s:%s", factory, pspec->name);
  fail_unless (controllable == is_audio_param (factory, pspec->name), "%s:%s",
      factory, pspec->name);
  if (pspec->flags & G_PARAM_WRITABLE)
    fail_unless (pspec->flags & (GST_PARAM_MUTABLE_READY |
            GST_PARAM_MUTABLE_PAUSED | GST_PARAM_MUTABLE_PLAYING),
        "%s:%s does not say when it may be set", factory, pspec->name);
  if (G_IS_PARAM_SPEC_ENUM (pspec) || G_IS_PARAM_SPEC_FLAGS (pspec))
    check_is_plugin_api (pspec->value_type);
  check_default (element, factory, pspec);
}

GST_START_TEST (test_properties)
{
  guint found = 0, i, j;

  for (i = 0; i < factories->len; i++) {
    const gchar *name = GST_OBJECT_NAME (factories->pdata[i]);
    GstElement *element = gst_element_factory_create (factories->pdata[i],
        NULL);
    guint n;
    GParamSpec **pspecs = g_object_class_list_properties
        (G_OBJECT_GET_CLASS (element), &n);

    for (j = 0; j < n; j++) {
      if (!is_ours (pspecs[j]))
        continue;
      check_property (element, name, pspecs[j]);
      found += is_audio_param (name, pspecs[j]->name);
    }
    g_free (pspecs);
    gst_object_unref (element);
  }
  fail_unless_equals_int (found, G_N_ELEMENTS (audio_params));
}

GST_END_TEST;

/* The spec's defaults */
GST_START_TEST (test_spec_defaults)
{
  static const struct
  {
    const gchar *factory;
    const gchar *property;
    const gchar *value;
  } expected[] = {
    {"oscillator", "type", "sine"},
    {"oscillator", "frequency", "440"},
    {"oscillator", "detune", "0"},
    {"oscillator", "disable-normalization", "false"},
    {"oscillator", "channel-count", "2"},
    {"oscillator", "channel-count-mode", "max"},
    {"oscillator", "channel-interpretation", "speakers"},
    {"channelmerger", "channel-count", "1"},
    {"channelmerger", "channel-count-mode", "explicit"},
    {"channelmerger", "number-of-inputs", "6"},
    {"channelsplitter", "channel-count", "6"},
    {"channelsplitter", "channel-count-mode", "explicit"},
    {"channelsplitter", "channel-interpretation", "discrete"},
    {"channelsplitter", "number-of-outputs", "6"},
    {"constantsource", "offset", "1"},
    {"constantsource", "channel-count", "2"},
    {"constantsource", "channel-count-mode", "max"},
    {"convolver", "channel-count", "2"},
    {"convolver", "channel-count-mode", "clamped-max"},
    {"convolver", "normalize", "true"},
    {"dynamicscompressor", "channel-count", "2"},
    {"dynamicscompressor", "channel-count-mode", "clamped-max"},
    {"dynamicscompressor", "threshold", "-24"},
    {"dynamicscompressor", "knee", "30"},
    {"dynamicscompressor", "ratio", "12"},
    {"dynamicscompressor", "release", "0.25"},
    {"gain", "gain", "1"},
    {"gain", "channel-count", "2"},
    {"gain", "channel-count-mode", "max"},
    {"gain", "channel-interpretation", "speakers"},
    {"audiolistener", "position-x", "0"},
    {"audiolistener", "position-y", "0"},
    {"audiolistener", "position-z", "0"},
    {"audiolistener", "forward-x", "0"},
    {"audiolistener", "forward-y", "0"},
    {"audiolistener", "forward-z", "-1"},
    {"audiolistener", "up-x", "0"},
    {"audiolistener", "up-y", "1"},
    {"audiolistener", "up-z", "0"},
    {"panner", "channel-count", "2"},
    {"panner", "channel-count-mode", "clamped-max"},
    {"panner", "channel-interpretation", "speakers"},
    {"panner", "panning-model", "equalpower"},
    {"panner", "distance-model", "inverse"},
    {"panner", "ref-distance", "1"},
    {"panner", "max-distance", "10000"},
    {"panner", "rolloff-factor", "1"},
    {"panner", "cone-inner-angle", "360"},
    {"panner", "cone-outer-angle", "360"},
    {"panner", "cone-outer-gain", "0"},
    {"panner", "position-x", "0"},
    {"panner", "position-y", "0"},
    {"panner", "position-z", "0"},
    {"panner", "orientation-x", "1"},
    {"panner", "orientation-y", "0"},
    {"panner", "orientation-z", "0"},
    {"stereopanner", "channel-count", "2"},
    {"stereopanner", "channel-count-mode", "clamped-max"},
    {"stereopanner", "pan", "0"},
    {"mediastreamdest", "channel-count", "2"},
    {"mediastreamdest", "channel-count-mode", "explicit"},
    {"mediastreamdest", "channel-interpretation", "speakers"},
    {"mediastreamdest", "enabled", "true"},
    {"mediastreamdest", "block-size", "1024"},
    {"mediastreamdest", "is-live", "false"},
    {"mediastreamdest", "length", "0"},
    {"mediastreamdest", "sample-rate", "0"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    GstElement *element = gst_element_factory_make (expected[i].factory, NULL);
    GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
        (element), expected[i].property);
    GValue value = G_VALUE_INIT, wanted = G_VALUE_INIT;

    fail_unless (pspec != NULL);
    g_value_init (&value, pspec->value_type);
    g_value_init (&wanted, pspec->value_type);
    fail_unless (gst_value_deserialize (&wanted, expected[i].value));
    g_object_get_property (G_OBJECT (element), expected[i].property, &value);
    fail_unless (gst_value_compare (&value, &wanted) == GST_VALUE_EQUAL,
        "%s:%s", expected[i].factory, expected[i].property);
    g_value_unset (&wanted);
    g_value_unset (&value);
    gst_object_unref (element);
  }
}

GST_END_TEST;

static void
run_gst_inspect (const gchar * name)
{
  const gchar *argv[] = { "gst-inspect-1.0", name, NULL };
  gchar *out, *err;
  gint status;

  fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH,
          NULL, NULL, &out, &err, &status, NULL));
  fail_unless (g_spawn_check_wait_status (status, NULL), "%s: %s", name, err);
  fail_unless_equals_string (err, "");
  fail_unless (strstr (out, "GObject") || strstr (out, "Plugin Details"));
  g_free (out);
  g_free (err);
}

GST_START_TEST (test_gst_inspect)
{
  guint i;

  run_gst_inspect ("webaudio");
  for (i = 0; i < factories->len; i++)
    run_gst_inspect (GST_OBJECT_NAME (factories->pdata[i]));
}

GST_END_TEST;

static Suite *
inspect_suite (void)
{
  Suite *s = suite_create ("inspect");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_plugin);
  tcase_add_test (tc, test_metadata);
  tcase_add_test (tc, test_pad_templates);
  tcase_add_test (tc, test_base_types);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_spec_defaults);
  tcase_add_test (tc, test_gst_inspect);
  return s;
}

GST_CHECK_MAIN (inspect);
