/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MIME types by RFC 2045 and RFC 6381, and what GStreamer makes of them.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define _GNU_SOURCE             /* memmem */
#include <string.h>

#include "recordertype.h"

#define OPUS "audio/x-opus"
#define VORBIS "audio/x-vorbis"
#define FLAC "audio/x-flac"
#define AAC "audio/mpeg, mpegversion=(int)4, stream-format=(string)raw"
#define OGG "audio/ogg"
#define WEBM "audio/webm"
#define MP4 "video/quicktime, variant=(string)iso"

/* The first of a MIME type is what it means without codecs. */
static const GstWebAudioRecorderType types[] = {
  {"audio/ogg", "opus", OGG, OPUS, 0},
  {"audio/ogg", "vorbis", OGG, VORBIS, 0},
  {"audio/ogg", "flac", OGG, FLAC, 0},
  {"audio/webm", "opus", WEBM, OPUS, 0},
  {"audio/webm", "vorbis", WEBM, VORBIS, 0},
  /* a frame of delay, and one to complete */
  {"audio/mp4", "mp4a.40.2", MP4, AAC, 2048},
  {"audio/mp4", "opus", MP4, OPUS, 0},
  {"audio/flac", NULL, NULL, FLAC, 0},
  {"audio/wav", NULL, NULL, "audio/x-wav", 0}
};

/* Other names, and the codec that a file without a choice may name */
static const struct
{
  const gchar *alias;
  const gchar *name;
} mime_aliases[] = {
  {"audio/x-flac", "audio/flac"},
  {"audio/wave", "audio/wav"},
  {"audio/x-wav", "audio/wav"},
  {"audio/vnd.wave", "audio/wav"}
}, codec_aliases[] = {
  {"mp4a.40.02", "mp4a.40.2"},
  {"mp4a.40", "mp4a.40.2"},
  {"aac", "mp4a.40.2"}
}, only_codecs[] = {
  {"audio/flac", "flac"},
  {"audio/wav", "1"},
  {"audio/wav", "pcm"}
};

/* A page of Ogg is written, and a cluster of WebM or a fragment of MP4 begun,
 * that often: what a killed process loses */
#define PAGE (200 * GST_MSECOND)
#define CLUSTER (500 * GST_MSECOND)

/* RFC 2045 */

/* Spaces, and comments in parentheses, which nest. One that has no end is left,
 * where nothing expects it. */
static void
skip_space (const gchar ** at)
{
  const gchar *p = *at;
  guint depth = 0;

  for (; *p; p++) {
    if (*p == '(')
      depth++;
    else if (depth && *p == ')')
      depth--;
    else if (depth && *p == '\\' && p[1])
      p++;
    else if (!depth && !g_ascii_isspace (*p))
      break;
  }
  if (!depth)
    *at = p;
}

/* (transfer full) (nullable): in lower case */
static gchar *
take_token (const gchar ** at)
{
  const gchar *from = *at;

  while (g_ascii_isgraph (**at) && !strchr ("()<>@,;:\\\"/[]?=", **at))
    (*at)++;
  return *at == from ? NULL : g_ascii_strdown (from, *at - from);
}

/* (transfer full) (nullable): a token or a quoted string, in lower case */
static gchar *
take_value (const gchar ** at)
{
  GString *value;

  if (**at != '"')
    return take_token (at);
  value = g_string_new (NULL);
  for ((*at)++; **at && **at != '"'; (*at)++) {
    if (**at == '\\' && (*at)[1])
      (*at)++;
    g_string_append_c (value, g_ascii_tolower (**at));
  }
  if (**at != '"') {
    g_string_free (value, TRUE);
    return NULL;
  }
  (*at)++;
  return g_string_free (value, FALSE);
}

/* Whether @at is the end, or a parameter that is well-formed; of codecs, the
 * value goes to @codecs. */
static gboolean
take_parameter (const gchar ** at, gchar ** codecs)
{
  gchar *name, *value;
  gboolean taken = FALSE;

  if (**at != ';')
    return FALSE;
  (*at)++;
  skip_space (at);
  /* browsers take a semicolon that nothing follows */
  if (!**at)
    return TRUE;
  name = take_token (at);
  skip_space (at);
  if (name && **at == '=') {
    (*at)++;
    skip_space (at);
    if ((value = take_value (at))) {
      taken = TRUE;
      if (!strcmp (name, "codecs") && !*codecs)
        *codecs = value;
      else
        g_free (value);
    }
    skip_space (at);
  }
  g_free (name);
  return taken;
}

/* @mime (transfer full), in lower case; @codecs (transfer full) (nullable) */
static gboolean
parse (const gchar * text, gchar ** mime, gchar ** codecs)
{
  gchar *type, *subtype = NULL;
  gboolean well_formed = FALSE;

  *mime = *codecs = NULL;
  skip_space (&text);
  type = take_token (&text);
  skip_space (&text);
  if (type && *text == '/') {
    text++;
    skip_space (&text);
    subtype = take_token (&text);
    skip_space (&text);
  }
  if (subtype) {
    *mime = g_strconcat (type, "/", subtype, NULL);
    well_formed = TRUE;
    while (well_formed && *text)
      well_formed = take_parameter (&text, codecs);
  }
  g_free (subtype);
  g_free (type);
  if (well_formed)
    return TRUE;
  g_clear_pointer (mime, g_free);
  g_clear_pointer (codecs, g_free);
  return FALSE;
}

/* What is installed */

static gboolean
have_factory (GstElementFactoryListType kind, const gchar * made,
    const gchar * taken)
{
  GList *all, *makers, *takers;
  GstCaps *caps = gst_caps_from_string (made);
  gboolean found;

  /* as encodebin does: nothing below marginal */
  all = gst_element_factory_list_get_elements (kind, GST_RANK_MARGINAL);
  makers = gst_element_factory_list_filter (all, caps, GST_PAD_SRC, FALSE);
  gst_caps_unref (caps);
  caps = taken ? gst_caps_from_string (taken) : gst_caps_new_any ();
  takers = gst_element_factory_list_filter (makers, caps, GST_PAD_SINK, FALSE);
  gst_caps_unref (caps);
  found = takers != NULL;
  gst_plugin_feature_list_free (takers);
  gst_plugin_feature_list_free (makers);
  gst_plugin_feature_list_free (all);
  return found;
}

static gboolean
is_installed (const GstWebAudioRecorderType * type)
{
  if (type->container)
    return have_factory (GST_ELEMENT_FACTORY_TYPE_ENCODER, type->encoding, NULL)
        && have_factory (GST_ELEMENT_FACTORY_TYPE_MUXER, type->container,
        type->encoding);
  /* wavenc calls itself a muxer */
  return have_factory (GST_ELEMENT_FACTORY_TYPE_ENCODER |
      GST_ELEMENT_FACTORY_TYPE_MUXER, type->encoding, NULL);
}

static gboolean
has_codec (const GstWebAudioRecorderType * type, const gchar * codec)
{
  guint i;

  if (!codec)
    return TRUE;
  if (type->codec)
    return !strcmp (type->codec, codec);
  for (i = 0; i < G_N_ELEMENTS (only_codecs); i++)
    if (!strcmp (only_codecs[i].alias, type->mime)
        && !strcmp (only_codecs[i].name, codec))
      return TRUE;
  return FALSE;
}

/**
 * gst_web_audio_recorder_type_find:
 * @mime_type: a MIME type with parameters by RFC 2045; empty for any
 *
 * The codecs parameter names one codec at most. Parameters of other names mean
 * nothing here. Nothing is instantiated. Any thread.
 *
 * Returns: (nullable): what is recorded for @mime_type; %NULL if that is no
 *     MIME type, or if no installed encoder or muxer makes it
 */
const GstWebAudioRecorderType *
gst_web_audio_recorder_type_find (const gchar * mime_type)
{
  const GstWebAudioRecorderType *found = NULL;
  gchar *mime = NULL, *codecs = NULL;
  const gchar *name, *codec;
  guint i;

  if (!mime_type || !*mime_type)
    mime_type = types[0].mime;
  if (!parse (mime_type, &mime, &codecs))
    return NULL;
  name = mime;
  for (i = 0; i < G_N_ELEMENTS (mime_aliases); i++)
    if (!strcmp (mime_aliases[i].alias, mime))
      name = mime_aliases[i].name;
  codec = codecs ? g_strstrip (codecs) : NULL;
  for (i = 0; codec && i < G_N_ELEMENTS (codec_aliases); i++)
    if (!strcmp (codec_aliases[i].alias, codec))
      codec = codec_aliases[i].name;
  for (i = 0; i < G_N_ELEMENTS (types) && !found; i++)
    if (!strcmp (types[i].mime, name) && has_codec (&types[i], codec)
        && is_installed (&types[i]))
      found = &types[i];
  g_free (codecs);
  g_free (mime);
  return found;
}

/**
 * gst_web_audio_recorder_type_to_string:
 *
 * Returns: (transfer full): the MIME type with its codec
 */
gchar *
gst_web_audio_recorder_type_to_string (const GstWebAudioRecorderType * type)
{
  if (!type->codec)
    return g_strdup (type->mime);
  return g_strconcat (type->mime, ";codecs=", type->codec, NULL);
}

/**
 * gst_web_audio_recorder_type_is_encoder:
 * @part: of the encodebin that makes @type
 *
 * Returns: whether it takes the raw audio
 */
gboolean
gst_web_audio_recorder_type_is_encoder (const GstWebAudioRecorderType * type,
    GstElement * part)
{
  GstElementFactory *factory = gst_element_get_factory (part);

  return factory && gst_element_factory_list_is_type (factory,
      GST_ELEMENT_FACTORY_TYPE_ENCODER | (type->container ? 0 :
          GST_ELEMENT_FACTORY_TYPE_MUXER));
}

static GstCaps *
create_lasting_caps (const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  GST_MINI_OBJECT_FLAG_SET (caps, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
  return caps;
}

static GstEncodingProfile *
create_profile (const GstWebAudioRecorderType * type)
{
  GstCaps *caps = create_lasting_caps (type->encoding);
  GstEncodingProfile *audio, *container;

  audio = GST_ENCODING_PROFILE (gst_encoding_audio_profile_new (caps, NULL,
          NULL, 1));
  gst_caps_unref (caps);
  if (!type->container)
    return audio;
  caps = create_lasting_caps (type->container);
  container =
      GST_ENCODING_PROFILE (gst_encoding_container_profile_new ("recording",
          NULL, caps, NULL));
  gst_caps_unref (caps);
  gst_encoding_container_profile_add_profile (GST_ENCODING_CONTAINER_PROFILE
      (container), audio);
  return container;
}

/**
 * gst_web_audio_recorder_type_get_profile:
 *
 * Any thread.
 *
 * Returns: (transfer none): for encodebin, with one audio stream; lives as long
 *     as the process, because profiles leak when they die (GStreamer 1.22)
 */
GstEncodingProfile *
gst_web_audio_recorder_type_get_profile (const GstWebAudioRecorderType * type)
{
  static GstEncodingProfile *profiles[G_N_ELEMENTS (types)];
  static GMutex lock;
  GstEncodingProfile **profile = &profiles[type - types];

  g_mutex_lock (&lock);
  if (!*profile)
    *profile = create_profile (type);
  g_mutex_unlock (&lock);
  return *profile;
}

/* Setting up */

/* Sets a bitrate where the element takes one, as near as it takes. */
static void
set_bitrate (GstElement * element, guint bits_per_second)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (element), "bitrate");
  gint64 bitrate = bits_per_second;

  if (!spec || !bits_per_second)
    return;
  if (G_IS_PARAM_SPEC_INT (spec))
    g_object_set (element, "bitrate", (gint) CLAMP (bitrate,
            G_PARAM_SPEC_INT (spec)->minimum, G_PARAM_SPEC_INT (spec)->maximum),
        NULL);
  else if (G_IS_PARAM_SPEC_UINT (spec))
    g_object_set (element, "bitrate", (guint) CLAMP (bitrate,
            G_PARAM_SPEC_UINT (spec)->minimum,
            G_PARAM_SPEC_UINT (spec)->maximum), NULL);
}

/* The quality at which libvorbis makes about so many bits of a channel. Its
 * bitrate management refuses most combinations of rate, channels and bitrate,
 * and then there would be no recording. */
static gfloat
vorbis_quality (gdouble bits_per_second, gint channels)
{
  static const gdouble kilobits[] =
      { 22.5, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 250 };
  gdouble wanted = bits_per_second / channels / 1000;
  guint i;

  if (wanted <= kilobits[0])
    return -0.1;
  for (i = 1; i < G_N_ELEMENTS (kilobits); i++)
    if (wanted < kilobits[i])
      return 0.1 * (i - 2 + (wanted - kilobits[i - 1]) /
          (kilobits[i] - kilobits[i - 1]));
  return 1.0;
}

static void
configure_opus (GstElement * element, const GstWebAudioEncoding * encoding)
{
  set_bitrate (element, encoding->bits_per_second);
  gst_util_set_object_arg (G_OBJECT (element), "bitrate-type",
      encoding->constant ? "cbr" : "vbr");
}

static void
configure_vorbis (GstElement * element, const GstWebAudioEncoding * encoding)
{
  if (encoding->bits_per_second)
    g_object_set (element, "quality",
        vorbis_quality (encoding->bits_per_second, encoding->channels), NULL);
}

static void
configure_other_encoder (GstElement * element,
    const GstWebAudioEncoding * encoding)
{
  set_bitrate (element, encoding->bits_per_second);
}

static void
configure_ogg (GstElement * element, const GstWebAudioEncoding * encoding)
{
  g_object_set (element, "max-delay", (guint64) PAGE, "max-page-delay",
      (guint64) PAGE, NULL);
}

static void
configure_webm (GstElement * element, const GstWebAudioEncoding * encoding)
{
  g_object_set (element, "min-cluster-duration", (gint64) CLUSTER,
      "max-cluster-duration", (gint64) 2 * CLUSTER,
      /* its default is an entry for every packet, and it keeps them all */
      "min-index-interval", (gint64) 2 * CLUSTER,
      "streamable", !encoding->rewritable, NULL);
}

/* Fragments, so that what was written plays even if no end is; where the muxer
 * may go back, it makes a plain file of them at the end. */
static void
configure_mp4 (GstElement * element, const GstWebAudioEncoding * encoding)
{
  g_object_set (element, "fragment-duration", (guint) (CLUSTER / GST_MSECOND),
      NULL);
  gst_util_set_object_arg (G_OBJECT (element), "fragment-mode",
      encoding->rewritable ? "first-moov-then-finalise" : "dash-or-mss");
  gst_util_set_object_arg (G_OBJECT (element), "streamable",
      encoding->rewritable ? "false" : "true");
}

/**
 * gst_web_audio_recorder_type_configure:
 * @element: a part of encodebin that was made just now
 *
 * Sets up what is an encoder or a muxer.
 */
void
gst_web_audio_recorder_type_configure (GstElement * element,
    const GstWebAudioEncoding * encoding)
{
  static const struct
  {
    const gchar *factory;
    void (*configure) (GstElement *, const GstWebAudioEncoding *);
  } known[] = {
    {"opusenc", configure_opus},
    {"vorbisenc", configure_vorbis},
    {"avenc_aac", configure_other_encoder},
    {"fdkaacenc", configure_other_encoder},
    {"voaacenc", configure_other_encoder},
    {"oggmux", configure_ogg},
    {"webmmux", configure_webm},
    {"mp4mux", configure_mp4}
  };
  GstElementFactory *factory = gst_element_get_factory (element);
  guint i;

  for (i = 0; factory && i < G_N_ELEMENTS (known); i++)
    if (!strcmp (GST_OBJECT_NAME (factory), known[i].factory))
      known[i].configure (element, encoding);
}

/* What muxers get wrong */

/* The sizes in the header of a RIFF whose end is not known: nobody may have the
 * chance to correct the 0 that wavenc puts there. */
static void
open_riff (GstMapInfo * map)
{
  guint32 size;
  gsize i;

  if (map->size < 12 || memcmp (map->data, "RIFF", 4))
    return;
  memset (map->data + 4, 0xff, 4);
  for (i = 12; i + 8 <= map->size; i += 8 + (gsize) GUINT32_FROM_LE (size)) {
    memcpy (&size, map->data + i + 4, 4);
    if (!memcmp (map->data + i, "data", 4)) {
      memset (map->data + i + 4, 0xff, 4);
      return;
    }
  }
}

static void
reverse (guint8 * bytes, guint n)
{
  guint i;

  for (i = 0; i < n / 2; i++) {
    guint8 byte = bytes[i];

    bytes[i] = bytes[n - 1 - i];
    bytes[n - 1 - i] = byte;
  }
}

/* The numbers in the header of Opus in MP4: big-endian, which mp4mux 1.22 does
 * not know. Players would leave out the first 300 ms. */
static void
swap_opus (GstMapInfo * map)
{
  guint8 *dops;

  if (map->size < 8 || memcmp (map->data + 4, "moov", 4))
    return;
  dops = memmem (map->data, map->size, "dOps", 4);
  /* version, channels, pre-skip, rate, gain */
  if (!dops || dops + 14 > map->data + map->size)
    return;
  /* a rate that is read rightly has nothing in its upper half */
  if (!dops[8] && !dops[9])
    return;
  reverse (dops + 6, 2);
  reverse (dops + 8, 4);
  reverse (dops + 12, 2);
}

/* The header of a SimpleBlock comes by itself: ID, size, track, time, flags.
 * matroskamux says of none of audio that it is a key frame, and then players that
 * find no index refuse to seek. */
static void
mark_key_frame (GstMapInfo * map)
{
  guint n = 1;

  if (map->size < 6 || map->data[0] != 0xa3)
    return;
  while (n < 8 && !(map->data[1] & (0x100 >> n)))
    n++;
  if (map->size == 1 + n + 4 && map->data[1 + n] == 0x81)
    map->data[1 + n + 3] |= 0x80;
}

/**
 * gst_web_audio_recorder_type_correct:
 * @buffer: (transfer full): of what was encoded as @type
 * @first: it is the first
 *
 * Puts right what is known to be wrong in headers.
 *
 * Returns: (transfer full): as long as @buffer
 */
GstBuffer *
gst_web_audio_recorder_type_correct (const GstWebAudioRecorderType * type,
    GstBuffer * buffer, gboolean first)
{
  void (*correct) (GstMapInfo *) = NULL;
  GstMapInfo map;

  if (first && !strcmp (type->mime, "audio/wav"))
    correct = open_riff;
  else if (!strcmp (type->mime, "audio/mp4") && !strcmp (type->codec, "opus"))
    correct = swap_opus;
  else if (!strcmp (type->mime, "audio/webm")
      && gst_buffer_get_size (buffer) < 16)
    correct = mark_key_frame;
  if (!correct)
    return buffer;
  buffer = gst_buffer_make_writable (buffer);
  if (gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    correct (&map);
    gst_buffer_unmap (buffer, &map);
  }
  return buffer;
}
