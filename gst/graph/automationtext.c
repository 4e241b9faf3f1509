/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Automation as text:
 *
 *   text   = [ call { [ ";" ] call } [ ";" ] ]
 *   call   = method "(" argument { "," argument } ")"
 *   method = "setValueAtTime" | …, the names of the spec
 *   argument = number | "[" number { "," number } "]"
 *
 * with white space anywhere between. Each method wants its own arguments.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "automation.h"
#include "automationtext.h"

#define MAX_ARGUMENTS 3

typedef struct
{
  gdouble numbers[MAX_ARGUMENTS];       /* 0 where the curve stands */
  GArray *curve;                /* gdouble */
} Arguments;

typedef WebAudioTimelineResult (*Method) (WebAudioTimeline * timeline,
    const Arguments * arguments, gdouble now);

static WebAudioTimelineResult
set_value (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_set_value_at_time (timeline, arguments->numbers[0],
      arguments->numbers[1], now);
}

static WebAudioTimelineResult
linear_ramp (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_linear_ramp_to_value_at_time (timeline,
      arguments->numbers[0], arguments->numbers[1], now);
}

static WebAudioTimelineResult
exponential_ramp (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_exponential_ramp_to_value_at_time (timeline,
      arguments->numbers[0], arguments->numbers[1], now);
}

static WebAudioTimelineResult
set_target (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_set_target_at_time (timeline,
      arguments->numbers[0], arguments->numbers[1], arguments->numbers[2], now);
}

static WebAudioTimelineResult
set_value_curve (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_set_value_curve_at_time (timeline,
      (const gdouble *) arguments->curve->data, arguments->curve->len,
      arguments->numbers[1], arguments->numbers[2], now);
}

static WebAudioTimelineResult
cancel_values (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_cancel_scheduled_values (timeline,
      arguments->numbers[0], now);
}

static WebAudioTimelineResult
cancel_and_hold (WebAudioTimeline * timeline, const Arguments * arguments,
    gdouble now)
{
  return webaudio_timeline_cancel_and_hold_at_time (timeline,
      arguments->numbers[0], now);
}

/* Arguments: n is a number, c a curve */
static const struct
{
  const gchar *name;
  const gchar *arguments;
  Method call;
} methods[] = {
  {"setValueAtTime", "nn", set_value},
  {"linearRampToValueAtTime", "nn", linear_ramp},
  {"exponentialRampToValueAtTime", "nn", exponential_ramp},
  {"setTargetAtTime", "nnn", set_target},
  {"setValueCurveAtTime", "cnn", set_value_curve},
  {"cancelScheduledValues", "n", cancel_values},
  {"cancelAndHoldAtTime", "n", cancel_and_hold},
};

/* Reading */

typedef struct
{
  const gchar *text;
  const gchar *at;
  GError **error;
} Parser;

static guint
column_of (const Parser * parser, const gchar * at)
{
  return g_utf8_strlen (parser->text, at - parser->text) + 1;
}

static void
skip_space (Parser * parser)
{
  while (g_ascii_isspace (*parser->at))
    parser->at++;
}

/* What stands at the place of an error, as far as it helps. */
static gchar *
quote (const gchar * at)
{
  gsize n = strcspn (at, " \t\r\n,;()[]");

  if (*at == '\0')
    return g_strdup ("the end");
  if (n == 0)
    n = 1;
  return g_utf8_validate (at, n, NULL) ? g_strdup_printf ("'%.*s'",
      (gint) MIN (n, 40), at) : g_strdup ("that");
}

static gboolean
expected (Parser * parser, const gchar * what)
{
  gchar *found = quote (parser->at);

  g_set_error (parser->error, GST_WEB_AUDIO_AUTOMATION_ERROR,
      GST_WEB_AUDIO_AUTOMATION_ERROR_SYNTAX,
      "column %u: expected %s, not %s", column_of (parser, parser->at), what,
      found);
  g_free (found);
  return FALSE;
}

static gboolean
parse_character (Parser * parser, gchar character, const gchar * what)
{
  skip_space (parser);
  if (*parser->at != character)
    return expected (parser, what);
  parser->at++;
  return TRUE;
}

static gboolean
parse_number (Parser * parser, gdouble * number)
{
  const gchar *digits;
  gchar *end;

  skip_space (parser);
  digits = parser->at + (*parser->at == '-' || *parser->at == '+');
  /* no names of numbers */
  if (!g_ascii_isdigit (digits[*digits == '.']))
    return expected (parser, "a number");
  *number = g_ascii_strtod (parser->at, &end);
  parser->at = end;
  return TRUE;
}

static gboolean
parse_curve (Parser * parser, GArray * curve)
{
  gdouble number;

  if (!parse_character (parser, '[', "'[' and the values of a curve"))
    return FALSE;
  while (parse_number (parser, &number)) {
    g_array_append_val (curve, number);
    skip_space (parser);
    if (*parser->at != ',')
      return parse_character (parser, ']', "',' or ']'");
    parser->at++;
  }
  return FALSE;
}

static gboolean
parse_arguments (Parser * parser, const gchar * wanted, Arguments * arguments)
{
  guint i;

  if (!parse_character (parser, '(', "'('"))
    return FALSE;
  for (i = 0; wanted[i]; i++) {
    if (i > 0 && !parse_character (parser, ',', "','"))
      return FALSE;
    if (wanted[i] == 'c' ? !parse_curve (parser, arguments->curve) :
        !parse_number (parser, &arguments->numbers[i]))
      return FALSE;
  }
  return parse_character (parser, ')', "')'");
}

static gboolean
parse_method (Parser * parser, guint * method)
{
  gsize n = 0;

  while (g_ascii_isalnum (parser->at[n]))
    n++;
  for (*method = 0; *method < G_N_ELEMENTS (methods); (*method)++) {
    const gchar *name = methods[*method].name;

    if (strlen (name) == n && strncmp (name, parser->at, n) == 0) {
      parser->at += n;
      return TRUE;
    }
  }
  return expected (parser, "setValueAtTime, linearRampToValueAtTime, "
      "exponentialRampToValueAtTime, setTargetAtTime, setValueCurveAtTime, "
      "cancelScheduledValues or cancelAndHoldAtTime");
}

static gboolean
parse_call (Parser * parser, WebAudioTimeline * timeline, gdouble now)
{
  const gchar *begin = parser->at;
  Arguments arguments = { {0,}, NULL };
  WebAudioTimelineResult result;
  gboolean parsed;
  guint method;

  if (!parse_method (parser, &method))
    return FALSE;
  arguments.curve = g_array_new (FALSE, FALSE, sizeof (gdouble));
  parsed = parse_arguments (parser, methods[method].arguments, &arguments);
  if (parsed) {
    result = methods[method].call (timeline, &arguments, now);
    parsed = result == WEBAUDIO_TIMELINE_OK;
    if (!parsed)
      g_set_error (parser->error, GST_WEB_AUDIO_AUTOMATION_ERROR,
          gst_web_audio_automation_error_of (result), "column %u: %s: %s",
          column_of (parser, begin), methods[method].name,
          webaudio_timeline_result_describe (result));
  }
  g_array_unref (arguments.curve);
  return parsed;
}

/*
 * gst_web_audio_automation_parse:
 * @text: calls of the spec's methods, as in "setValueAtTime(220, 0)
 *     exponentialRampToValueAtTime(880, 2)"; times are seconds
 * @value: the value before the first event
 * @now: the time at which the methods are called, in seconds
 *
 * Returns: (transfer full): a timeline with these events, or %NULL if any of
 *     them is not possible; then @error names the column, from 1, and what was
 *     expected there
 */
WebAudioTimeline *
gst_web_audio_automation_parse (const gchar * text, gdouble value,
    gdouble now, GError ** error)
{
  WebAudioTimeline *timeline = webaudio_timeline_new (value, TRUE);
  Parser parser = { text, text, error };

  skip_space (&parser);
  while (*parser.at) {
    if (!parse_call (&parser, timeline, now)) {
      webaudio_timeline_free (timeline);
      return NULL;
    }
    skip_space (&parser);
    if (*parser.at == ';')
      parser.at++;
    skip_space (&parser);
  }
  return timeline;
}

/* Writing */

/* The shortest decimal number that reads as the same */
static void
append_number (GString * text, gdouble number)
{
  gchar digits[G_ASCII_DTOSTR_BUF_SIZE];
  guint precision;

  for (precision = 15; precision <= 17; precision++) {
    gchar format[8];

    g_snprintf (format, sizeof (format), "%%.%ug", precision);
    g_ascii_formatd (digits, sizeof (digits), format, number);
    if (g_ascii_strtod (digits, NULL) == number)
      break;
  }
  g_string_append (text, digits);
}

static void
append_curve (GString * text, const WebAudioEvent * event)
{
  gsize i;

  g_string_append_c (text, '[');
  for (i = 0; i < event->n_values; i++) {
    if (i > 0)
      g_string_append (text, ", ");
    append_number (text, event->values[i]);
  }
  g_string_append_c (text, ']');
}

static void
append_call (GString * text, const WebAudioEvent * event)
{
  static const gchar *const names[] = {
    [WEBAUDIO_EVENT_SET_VALUE] = "setValueAtTime",
    [WEBAUDIO_EVENT_LINEAR_RAMP] = "linearRampToValueAtTime",
    [WEBAUDIO_EVENT_EXPONENTIAL_RAMP] = "exponentialRampToValueAtTime",
    [WEBAUDIO_EVENT_SET_TARGET] = "setTargetAtTime",
    [WEBAUDIO_EVENT_VALUE_CURVE] = "setValueCurveAtTime"
  };

  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, names[event->type]);
  g_string_append_c (text, '(');
  if (event->type == WEBAUDIO_EVENT_VALUE_CURVE)
    append_curve (text, event);
  else
    append_number (text, event->value);
  g_string_append (text, ", ");
  append_number (text, event->time);
  if (event->type == WEBAUDIO_EVENT_SET_TARGET) {
    g_string_append (text, ", ");
    append_number (text, event->time_constant);
  }
  if (event->type == WEBAUDIO_EVENT_VALUE_CURVE) {
    g_string_append (text, ", ");
    append_number (text, event->duration);
  }
  g_string_append_c (text, ')');
  /* read again, this cuts nothing else: what follows is not there yet */
  if (event->cut >= 0) {
    g_string_append (text, " cancelAndHoldAtTime(");
    append_number (text, event->cut);
    g_string_append_c (text, ')');
  }
}

/*
 * gst_web_audio_automation_to_text:
 *
 * Returns: (transfer full): the events that are not dropped, in the order of
 *     time, as gst_web_audio_automation_parse() reads them
 */
gchar *
gst_web_audio_automation_to_text (const WebAudioTimeline * timeline)
{
  GString *text = g_string_new (NULL);
  WebAudioEvent event;
  size_t position = 0;

  while (webaudio_timeline_next (timeline, &position, &event))
    append_call (text, &event);
  return g_string_free (text, FALSE);
}
