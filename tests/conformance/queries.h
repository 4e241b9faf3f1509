/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scene asks of its nodes at some of its times. */
#ifndef __CONFORMANCE_QUERIES_H__
#define __CONFORMANCE_QUERIES_H__

#include "scene.h"

void answer_queries (Scene * scene, gboolean at_end, guint64 frame);

#endif
