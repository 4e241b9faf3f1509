/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For tests that load many plugins. When there are more than 2048 quarks, GLib
 * gives up its table of them for another, which looks like a leak. There leaks
 * are for the leaks tracer and valgrind to find.
 */
#ifndef __CHECK_QUARKS_H__
#define __CHECK_QUARKS_H__

const char *__asan_default_options (void);

__attribute__((visibility ("default")))
const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}

#endif
