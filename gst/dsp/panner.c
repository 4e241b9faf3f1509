/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Directions, distances and cones of PannerNode, and its equal-power panning. */

#include <math.h>

#include "panner.h"

#define DEGREES (180 / 3.14159265358979323846)

static inline void
subtract (WebAudioVector a, WebAudioVector b, WebAudioVector * difference)
{
  difference->x = a.x - b.x;
  difference->y = a.y - b.y;
  difference->z = a.z - b.z;
}

static inline double
dot (WebAudioVector a, WebAudioVector b)
{
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline double
magnitude (WebAudioVector v)
{
  return sqrt (dot (v, v));
}

static inline void
cross (WebAudioVector a, WebAudioVector b, WebAudioVector * product)
{
  product->x = a.y * b.z - a.z * b.y;
  product->y = a.z * b.x - a.x * b.z;
  product->z = a.x * b.y - a.y * b.x;
}

/* To unit length; a vector of length 0 stays one. */
static inline void
normalize (WebAudioVector * v)
{
  double length = magnitude (*v);
  double factor = length > 0 ? 1 / length : 0;

  v->x *= factor;
  v->y *= factor;
  v->z *= factor;
}

static inline double
clamp (double value, double least, double most)
{
  return value < least ? least : value > most ? most : value;
}

/* How far a way of @length leads, seen from above; 0 where so little is left
 * beside the height that it is rounding, which would point anywhere. */
static inline double
get_distance (double right, double front, double length)
{
  double distance = sqrt (right * right + front * front);

  return distance > length * 1e-12 ? distance : 0;
}

void
webaudio_head_init (WebAudioHead * head, WebAudioVector position,
    WebAudioVector forward, WebAudioVector up)
{
  head->position = position;
  head->forward = forward;
  normalize (&head->forward);
  cross (forward, up, &head->right);
  normalize (&head->right);
  cross (head->right, head->forward, &head->up);
}

void
webaudio_panner_direction (const WebAudioHead * head, WebAudioVector source,
    double *azimuth, double *elevation)
{
  WebAudioVector way;
  double right, front, distance;

  subtract (source, head->position, &way);
  right = dot (way, head->right);
  front = dot (way, head->forward);
  distance = get_distance (right, front, magnitude (way));
  *azimuth = *elevation = 0;
  if (dot (head->right, head->right) == 0)
    return;
  if (distance > 0)
    *azimuth = DEGREES * atan2 (right, front);
  *elevation = DEGREES * atan2 (dot (way, head->up), distance);
}

static double
distance_gain (const WebAudioPannerShape * shape, double distance)
{
  double ref = shape->ref_distance, rolloff = shape->rolloff_factor;
  double least, most;

  switch (shape->distance_model) {
    case WEBAUDIO_DISTANCE_LINEAR:
      rolloff = rolloff < 1 ? rolloff : 1;
      least = ref < shape->max_distance ? ref : shape->max_distance;
      most = ref < shape->max_distance ? shape->max_distance : ref;
      if (least == most)
        return 1 - rolloff;
      return 1 - rolloff * ((clamp (distance, least, most) - least)
          / (most - least));
    case WEBAUDIO_DISTANCE_INVERSE:
      if (ref == 0)
        return 0;
      return distance <= ref ? 1 : ref / (ref + rolloff * (distance - ref));
    case WEBAUDIO_DISTANCE_EXPONENTIAL:
      if (ref == 0)
        return 0;
      return distance <= ref ? 1 : pow (distance / ref, -rolloff);
  }
  return 1;
}

static double
cone_gain (const WebAudioPannerShape * shape, WebAudioVector towards_listener,
    WebAudioVector orientation)
{
  double inner = fabs (shape->cone_inner_angle) / 2;
  double outer = fabs (shape->cone_outer_angle) / 2;
  double angle;

  if (shape->cone_inner_angle == 360 && shape->cone_outer_angle == 360)
    return 1;
  if (dot (orientation, orientation) == 0)
    return 1;
  normalize (&towards_listener);
  normalize (&orientation);
  angle = DEGREES * acos (clamp (dot (towards_listener, orientation), -1, 1));
  if (angle <= inner)
    return 1;
  if (angle >= outer)
    return shape->cone_outer_gain;
  return 1 + (shape->cone_outer_gain - 1) * ((angle - inner)
      / (outer - inner));
}

double
webaudio_panner_gain (const WebAudioPannerShape * shape,
    const WebAudioHead * head, WebAudioVector source,
    WebAudioVector orientation)
{
  WebAudioVector way;

  subtract (head->position, source, &way);
  return distance_gain (shape, magnitude (way)) *
      cone_gain (shape, way, orientation);
}

void
webaudio_panner_get_factors (const WebAudioHead * head, WebAudioVector source,
    unsigned channels, double gain, WebAudioPanFactors * factors)
{
  WebAudioVector way;
  double right, front, distance, sine, cosine;

  subtract (source, head->position, &way);
  right = dot (way, head->right);
  front = dot (way, head->forward);
  distance = get_distance (right, front, magnitude (way));
  /* of the azimuth, and so of the azimuth wrapped to the front */
  sine = distance > 0 ? right / distance : 0;
  cosine = distance > 0 ? fabs (front) / distance : 1;
  factors->leftwards = sine <= 0;
  factors->gain = (float) gain;
  if (channels == 1) {
    factors->left = (float) (sqrt ((1 - sine) / 2) * gain);
    factors->right = (float) (sqrt ((1 + sine) / 2) * gain);
  } else {
    factors->left = (float) ((factors->leftwards ? -sine : cosine) * gain);
    factors->right = (float) ((factors->leftwards ? cosine : sine) * gain);
  }
}
