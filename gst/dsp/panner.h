/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a source is for a listener, how loud it is there, and panning by that
 * with equal power: the chapter "Spatialization/Panning" of the Web Audio
 * specification.
 *
 * Coordinates are right-handed cartesian ones of any unit; angles are in
 * degrees. All numbers must be finite, their magnitudes at most that of a
 * float; lengths of vectors do not matter, and may be 0 where that is said.
 *
 * Everything here is a function of its arguments alone; safe from any thread. */

#ifndef WEBAUDIO_PANNER_H
#define WEBAUDIO_PANNER_H

#include "stereopanner.h"

typedef struct
{
  double x, y, z;
} WebAudioVector;

/**
 * WebAudioDistanceModel:
 *
 * DistanceModelType of the specification.
 */
typedef enum
{
  WEBAUDIO_DISTANCE_LINEAR,
  WEBAUDIO_DISTANCE_INVERSE,
  WEBAUDIO_DISTANCE_EXPONENTIAL
} WebAudioDistanceModel;

/**
 * WebAudioPannerShape:
 * @distance_model: the formula of the distance; default inverse
 * @ref_distance: up to which nothing is attenuated, 0 or more; default 1
 * @max_distance: of the linear model: from which on nothing is attenuated any
 *   further, more than 0; default 10000
 * @rolloff_factor: how fast it is attenuated, 0 or more (linear: what is above 1
 *   counts as 1); default 1
 * @cone_inner_angle: width of the cone in which the source is as loud as in
 *   front; default 360
 * @cone_outer_angle: width of the cone outside of which @cone_outer_gain counts;
 *   default 360
 * @cone_outer_gain: linear factor, 0 to 1; default 0
 *
 * What PannerNode has besides its AudioParams.
 */
typedef struct
{
  WebAudioDistanceModel distance_model;
  double ref_distance;
  double max_distance;
  double rolloff_factor;
  double cone_inner_angle;
  double cone_outer_angle;
  double cone_outer_gain;
} WebAudioPannerShape;

/**
 * WebAudioHead:
 * @position: of the listener
 * @right: unit vector towards the right ear; 0 where forward and up were
 *   parallel, and then everything is in front
 * @up: unit vector orthogonal to @right and @forward
 * @forward: unit vector towards where the nose points
 *
 * A listener, made by webaudio_head_init().
 */
typedef struct
{
  WebAudioVector position;
  WebAudioVector right;
  WebAudioVector up;
  WebAudioVector forward;
} WebAudioHead;

/**
 * webaudio_head_init:
 * @head: (out): what is to be filled in
 * @position: of the listener
 * @forward: where the nose points; default (0, 0, -1)
 * @up: where the top of the head points; default (0, 1, 0)
 */
void webaudio_head_init (WebAudioHead * head, WebAudioVector position,
    WebAudioVector forward, WebAudioVector up);

/**
 * webaudio_panner_direction:
 * @head: the listener
 * @source: position of the source
 * @azimuth: (out): -180 to 180; 0 is in front, 90 on the right
 * @elevation: (out): -90 to 90; 90 is above
 *
 * "Azimuth and Elevation" of the specification; both are 0 where the source is
 * where the listener is, or the listener has no right.
 */
void webaudio_panner_direction (const WebAudioHead * head,
    WebAudioVector source, double *azimuth, double *elevation);

/**
 * webaudio_panner_gain:
 * @shape: the attributes
 * @head: the listener
 * @source: position of the source
 * @orientation: where the source points, 0 for nowhere
 *
 * Returns: the product of the distance gain and the cone gain, 0 or more. The
 *   cone's angle is that between where the source points and where the listener
 *   is: the formula of the specification has the opposite direction, its text
 *   and all browsers this one.
 */
double webaudio_panner_gain (const WebAudioPannerShape * shape,
    const WebAudioHead * head, WebAudioVector source,
    WebAudioVector orientation);

/**
 * webaudio_panner_get_factors:
 * @head: the listener
 * @source: position of the source
 * @channels: 1 or 2, of the input
 * @gain: from webaudio_panner_gain()
 * @factors: (out): for webaudio_pan_by()
 *
 * "PannerNode "equalpower" Panning" of the specification, without its angles:
 * of an azimuth a, the squares of cos and sin of (a + 90°) / 2 are
 * (1 ± sin a) / 2, and sin a is what the source has of @right.
 */
void webaudio_panner_get_factors (const WebAudioHead * head,
    WebAudioVector source, unsigned channels, double gain,
    WebAudioPanFactors * factors);

#endif /* WEBAUDIO_PANNER_H */
