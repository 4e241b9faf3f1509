/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples that a scene describes: what its buffers, curves and sources hold. */
#ifndef __CONFORMANCE_DATA_H__
#define __CONFORMANCE_DATA_H__

#include "scene.h"

GArray *load_data (JsonNode * data, gsize length);

GstSample *load_buffer (Scene * scene, const gchar * name);

#endif
