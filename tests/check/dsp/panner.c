/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit tests of directions, distances, cones and equal-power factors: against
 * the specification's algorithms, written down as they stand there. */

#include <gst/check/gstcheck.h>

#include <math.h>

#include "check-samples.h"
#include "dsp/panner.h"

#define N_RANDOM 20000

static const WebAudioPannerShape plain = {
  WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 1, 360, 360, 0
};

static const WebAudioVector origin = { 0, 0, 0 };
static const WebAudioVector forward = { 0, 0, -1 };
static const WebAudioVector up = { 0, 1, 0 };

static guint32 seed = 1;

#define vector(x, y, z) ((WebAudioVector) { x, y, z })
#define scale(v, by) vector ((v).x * (by), (v).y * (by), (v).z * (by))
#define diff(a, b) vector ((a).x - (b).x, (a).y - (b).y, (a).z - (b).z)
#define cross(a, b) vector ((a).y * (b).z - (a).z * (b).y, \
    (a).z * (b).x - (a).x * (b).z, (a).x * (b).y - (a).y * (b).x)

static void
randomize (WebAudioVector * v)
{
  v->x = next_noise (&seed);
  v->y = next_noise (&seed);
  v->z = next_noise (&seed);
}

static double
dot (WebAudioVector a, WebAudioVector b)
{
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

static double
magnitude (WebAudioVector v)
{
  return sqrt (dot (v, v));
}

static void
normalize (WebAudioVector * v)
{
  double length = magnitude (*v);

  if (length > 0)
    *v = scale (*v, 1 / length);
}

static double
acos_degrees (double x)
{
  return 180 * acos (CLAMP (x, -1, 1)) / M_PI;
}

/* "Azimuth and Elevation" */
static void
slow_direction (WebAudioVector listener, WebAudioVector listener_forward,
    WebAudioVector listener_up, WebAudioVector source, double *azimuth,
    double *elevation)
{
  WebAudioVector way = diff (source, listener);
  WebAudioVector right = cross (listener_forward, listener_up);
  WebAudioVector ortho, projected;

  *azimuth = *elevation = 0;
  if (magnitude (way) == 0 || magnitude (right) == 0)
    return;
  normalize (&way);
  normalize (&right);
  normalize (&listener_forward);
  ortho = cross (right, listener_forward);
  projected = scale (ortho, dot (way, ortho));
  projected = diff (way, projected);
  normalize (&projected);
  *azimuth = acos_degrees (dot (projected, right));
  if (dot (projected, listener_forward) < 0)
    *azimuth = 360 - *azimuth;
  if (*azimuth >= 0 && *azimuth <= 270)
    *azimuth = 90 - *azimuth;
  else
    *azimuth = 450 - *azimuth;
  *elevation = 90 - acos_degrees (dot (way, ortho));
  if (*elevation > 90)
    *elevation = 180 - *elevation;
  else if (*elevation < -90)
    *elevation = -180 - *elevation;
}

/* "PannerNode "equalpower" Panning" */
static void
slow_factors (double azimuth, unsigned channels, double *left, double *right)
{
  double x;

  azimuth = MIN (180, MAX (-180, azimuth));
  if (azimuth < -90)
    azimuth = -180 - azimuth;
  else if (azimuth > 90)
    azimuth = 180 - azimuth;
  if (channels == 1)
    x = (azimuth + 90) / 180;
  else
    x = azimuth <= 0 ? (azimuth + 90) / 90 : azimuth / 90;
  *left = cos (x * M_PI / 2);
  *right = sin (x * M_PI / 2);
}

static void
check_near (double is, double should, double tolerance, const char *what)
{
  if (!(fabs (is - should) <= tolerance))
    fail ("%s is %.17g, not %.17g", what, is, should);
}

GST_START_TEST (test_directions)
{
  unsigned i, channels;

  for (i = 0; i < N_RANDOM; i++) {
    WebAudioVector position, source, nose, top;
    double azimuth, elevation, slow_azimuth, slow_elevation;
    WebAudioHead head;

    randomize (&position);
    randomize (&source);
    randomize (&nose);
    randomize (&top);
    webaudio_head_init (&head, position, nose, top);
    webaudio_panner_direction (&head, source, &azimuth, &elevation);
    slow_direction (position, nose, top, source, &slow_azimuth,
        &slow_elevation);
    /* both ends of a turn are the same */
    if (fabs (azimuth - slow_azimuth) > 180)
      azimuth += azimuth > 0 ? -360 : 360;
    check_near (azimuth, slow_azimuth, 1e-4, "azimuth");
    check_near (elevation, slow_elevation, 1e-4, "elevation");
    for (channels = 1; channels <= 2; channels++) {
      WebAudioPanFactors factors;
      double left, right;

      webaudio_panner_get_factors (&head, source, channels, 0.5, &factors);
      slow_factors (azimuth, channels, &left, &right);
      check_near (factors.left, left / 2, 1e-6, "left");
      check_near (factors.right, right / 2, 1e-6, "right");
      fail_unless (factors.gain == 0.5f);
    }
  }
}

GST_END_TEST;

static void
expect_direction (const WebAudioHead * head, double x, double y, double z,
    double azimuth, double elevation)
{
  double is_azimuth, is_elevation;

  webaudio_panner_direction (head, vector (x, y, z), &is_azimuth,
      &is_elevation);
  check_near (is_azimuth, azimuth, 1e-9, "azimuth");
  check_near (is_elevation, elevation, 1e-9, "elevation");
}

GST_START_TEST (test_axes)
{
  WebAudioHead head;
  WebAudioPanFactors factors;

  webaudio_head_init (&head, origin, forward, up);
  expect_direction (&head, 0, 0, -3, 0, 0);
  expect_direction (&head, 3, 0, 0, 90, 0);
  expect_direction (&head, -3, 0, 0, -90, 0);
  expect_direction (&head, 3, 0, 3, 135, 0);
  expect_direction (&head, 0, 3, 0, 0, 90);
  expect_direction (&head, 0, -3, 0, 0, -90);
  expect_direction (&head, 0, 3, -3, 0, 45);
  /* at the listener's place */
  expect_direction (&head, 0, 0, 0, 0, 0);
  webaudio_panner_get_factors (&head, origin, 1, 1, &factors);
  fail_unless (factors.left == factors.right);
  /* what is above is in the middle, though a turned listener rounds */
  webaudio_head_init (&head, vector (0.1, 0.2, 0.3), vector (0.3, 0, -0.7),
      vector (0, 2, 0));
  webaudio_panner_get_factors (&head, vector (0.1, 7.2, 0.3), 1, 1, &factors);
  fail_unless (factors.left == factors.right);
  webaudio_panner_get_factors (&head, vector (0.1, 7.2, 0.3), 2, 1, &factors);
  fail_unless (factors.left == 0 && factors.right == 1 && factors.leftwards);
}

GST_END_TEST;

/* A nose that points upwards, or nowhere, leaves no right: all is in front. */
GST_START_TEST (test_no_right)
{
  static const double lengths[][2] =
      { {1, 2}, {1, -1}, {0, 1}, {1, 0}, {0, 0} };
  WebAudioVector along = { 1, 2, 3 };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    WebAudioPanFactors factors;
    WebAudioHead head;

    webaudio_head_init (&head, origin, scale (along, lengths[i][0]),
        scale (along, lengths[i][1]));
    expect_direction (&head, 3, 1, 5, 0, 0);
    webaudio_panner_get_factors (&head, vector (3, 1, 5), 1, 1, &factors);
    fail_unless (factors.left == factors.right);
    webaudio_panner_get_factors (&head, vector (3, 1, 5), 2, 1, &factors);
    fail_unless (factors.left == 0 && factors.right == 1);
  }
}

GST_END_TEST;

static double
gain_at (const WebAudioPannerShape * shape, double distance)
{
  WebAudioHead head;

  webaudio_head_init (&head, vector (1, 2, 3), forward, up);
  return webaudio_panner_gain (shape, &head, vector (1, 2, 3 - distance),
      vector (1, 0, 0));
}

GST_START_TEST (test_distances)
{
  static const struct
  {
    WebAudioDistanceModel model;
    double ref, max, rolloff, distance, gain;
  } cases[] = {
    {WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 1, 0, 1},
    {WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 1, 1, 1},
    {WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 1, 4, 0.25},
    {WEBAUDIO_DISTANCE_INVERSE, 1, 2, 1, 4, 0.25},
    {WEBAUDIO_DISTANCE_INVERSE, 2, 10000, 3, 4, 0.25},
    {WEBAUDIO_DISTANCE_INVERSE, 2, 10000, 0, 4, 1},
    {WEBAUDIO_DISTANCE_INVERSE, 0, 10000, 1, 4, 0},
    {WEBAUDIO_DISTANCE_INVERSE, 0, 10000, 0, 0, 0},
    {WEBAUDIO_DISTANCE_EXPONENTIAL, 2, 10000, 2, 8, 0.0625},
    {WEBAUDIO_DISTANCE_EXPONENTIAL, 2, 10000, 2, 1, 1},
    {WEBAUDIO_DISTANCE_EXPONENTIAL, 2, 10000, 0, 8, 1},
    {WEBAUDIO_DISTANCE_EXPONENTIAL, 0, 10000, 1, 8, 0},
    {WEBAUDIO_DISTANCE_LINEAR, 1, 5, 1, 3, 0.5},
    {WEBAUDIO_DISTANCE_LINEAR, 1, 5, 0.5, 3, 0.75},
    {WEBAUDIO_DISTANCE_LINEAR, 1, 5, 0.5, 7, 0.5},
    {WEBAUDIO_DISTANCE_LINEAR, 1, 5, 1, 0.5, 1},
    {WEBAUDIO_DISTANCE_LINEAR, 1, 5, 7, 5, 0},
    /* the wrong way around */
    {WEBAUDIO_DISTANCE_LINEAR, 5, 1, 1, 2, 0.75},
    {WEBAUDIO_DISTANCE_LINEAR, 3, 3, 0.25, 2, 0.75},
    {WEBAUDIO_DISTANCE_LINEAR, 3, 3, 2, 9, 0},
  };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    WebAudioPannerShape shape = plain;

    shape.distance_model = cases[i].model;
    shape.ref_distance = cases[i].ref;
    shape.max_distance = cases[i].max;
    shape.rolloff_factor = cases[i].rolloff;
    check_near (gain_at (&shape, cases[i].distance), cases[i].gain, 1e-15,
        "gain");
  }
}

GST_END_TEST;

/* Nothing that can be set makes NaN or infinity. */
GST_START_TEST (test_extremes)
{
  static const double numbers[] = { 0, 1e-308, 1, 3e38, G_MAXDOUBLE };
  static const double places[] = { 0, 1e-45, 1, 3.4e38, -3.4e38 };
  unsigned a, b, c, d, model;

  for (model = 0; model < 3; model++)
    for (a = 0; a < 5; a++)
      for (b = 1; b < 5; b++)
        for (c = 0; c < 5; c++)
          for (d = 0; d < 5; d++) {
            WebAudioPannerShape shape = { model, numbers[a], numbers[b],
              numbers[c], 10, 20, 0.5
            };
            WebAudioVector source = vector (places[d], places[(d + c) % 5],
                places[(d + a) % 5]);
            WebAudioVector nose = vector (places[c], places[a], 1);
            WebAudioPanFactors factors;
            WebAudioHead head;
            double gain, azimuth, elevation;

            webaudio_head_init (&head, source, nose, source);
            gain = webaudio_panner_gain (&shape, &head, nose, source);
            fail_unless (gain >= 0 && gain <= 1);
            webaudio_panner_direction (&head, nose, &azimuth, &elevation);
            fail_unless (fabs (azimuth) <= 180 && fabs (elevation) <= 90);
            webaudio_panner_get_factors (&head, nose, 1 + a % 2, gain,
                &factors);
            fail_unless (factors.left >= 0 && factors.left <= 1);
            fail_unless (factors.right >= 0 && factors.right <= 1);
          }
}

GST_END_TEST;

/* @angle: between where the source points and where the listener is */
static double
cone_at (double inner, double outer, double outer_gain, double angle)
{
  WebAudioPannerShape shape = { WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 0, inner,
    outer, outer_gain
  };
  WebAudioHead head;

  webaudio_head_init (&head, vector (0, 0, 5), forward, up);
  return webaudio_panner_gain (&shape, &head, origin,
      vector (3 * sin (angle * M_PI / 180), 0, 3 * cos (angle * M_PI / 180)));
}

GST_START_TEST (test_cones)
{
  WebAudioPannerShape shape = { WEBAUDIO_DISTANCE_INVERSE, 1, 10000, 0, 10, 20,
    0.5
  };
  WebAudioHead head;

  check_near (cone_at (60, 120, 0.2, 0), 1, 0, "front");
  check_near (cone_at (60, 120, 0.2, 29.9), 1, 0, "inside");
  check_near (cone_at (60, 120, 0.2, 60.1), 0.2, 0, "outside");
  check_near (cone_at (60, 120, 0.2, 180), 0.2, 0, "behind");
  check_near (cone_at (60, 120, 0.2, 45), 0.6, 1e-12, "between");
  check_near (cone_at (60, 120, 0, 40), 2.0 / 3, 1e-12, "between");
  check_near (cone_at (-60, -120, 0.2, -45), 0.6, 1e-12, "negative");
  check_near (cone_at (360, 360, 0.2, 180), 1, 0, "whole");
  check_near (cone_at (0, 360, 0, 90), 0.5, 1e-12, "wide");
  /* no room between them */
  check_near (cone_at (90, 90, 0.25, 44), 1, 0, "inside");
  check_near (cone_at (90, 90, 0.25, 46), 0.25, 0, "outside");
  /* the inner one counts first */
  check_near (cone_at (120, 60, 0.25, 44), 1, 0, "inside");

  webaudio_head_init (&head, vector (0, 0, 5), forward, up);
  fail_unless (webaudio_panner_gain (&shape, &head, origin, origin) == 1);
  /* at the listener's place it is seen from the side */
  fail_unless (webaudio_panner_gain (&shape, &head, vector (0, 0, 5),
          forward) == 0.5);
}

GST_END_TEST;

static Suite *
panner_suite (void)
{
  Suite *s = suite_create ("panner");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_directions);
  tcase_add_test (tc, test_axes);
  tcase_add_test (tc, test_no_right);
  tcase_add_test (tc, test_distances);
  tcase_add_test (tc, test_extremes);
  tcase_add_test (tc, test_cones);
  return s;
}

GST_CHECK_MAIN (panner);
