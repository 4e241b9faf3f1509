/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Denormal numbers are inaudible and, on many processors, a hundred times
 * slower than others. The render thread treats them as zero while it computes,
 * and gives the thread back as it was, since it belongs to someone else. */

#ifndef WEBAUDIO_DENORMALS_H
#define WEBAUDIO_DENORMALS_H

#include <stdint.h>

#if defined (__SSE2__)
#include <xmmintrin.h>
#endif

/**
 * WebAudioDenormals:
 *
 * The floating-point mode of a thread before webaudio_denormals_flush().
 */
typedef uint64_t WebAudioDenormals;

/**
 * webaudio_denormals_flush:
 *
 * From here on denormal operands and results of the calling thread are zero:
 * FTZ and DAZ of MXCSR on x86, FPCR.FZ on aarch64; elsewhere nothing changes.
 *
 * Returns: what webaudio_denormals_restore() takes, on the same thread
 */
static inline WebAudioDenormals
webaudio_denormals_flush (void)
{
#if defined (__SSE2__)
  const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  unsigned mode = _mm_getcsr ();

  _mm_setcsr (mode | flush_to_zero | denormals_are_zero);
  return mode;
#elif defined (__aarch64__)
  const uint64_t flush_to_zero = UINT64_C (1) << 24;
  uint64_t mode;

  __asm__ volatile ("mrs %0, fpcr":"=r" (mode));
  __asm__ volatile ("msr fpcr, %0"::"r" (mode | flush_to_zero):"memory");
  return mode;
#else
  return 0;
#endif
}

/**
 * webaudio_denormals_restore:
 * @before: what webaudio_denormals_flush() returned
 *
 * Gives the calling thread its mode back. Exceptions that were raised in
 * between stay raised where the hardware keeps them in another register.
 */
static inline void
webaudio_denormals_restore (WebAudioDenormals before)
{
#if defined (__SSE2__)
  _mm_setcsr ((unsigned) before);
#elif defined (__aarch64__)
  __asm__ volatile ("msr fpcr, %0"::"r" (before):"memory");
#else
  (void) before;
#endif
}

#endif /* WEBAUDIO_DENORMALS_H */
