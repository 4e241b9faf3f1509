/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A block: the frames that travel through a pulled link, as 32-bit float
 * planes in one GstBuffer.
 *
 * Blocks come from the pools here and go back to them by themselves. A block
 * that is flagged GAP is silence: its planes are zero and read-only. Within a
 * graph a block may also be a view: some planes of what its buffer holds.
 */
#ifndef __GST_WEB_AUDIO_BLOCK_H__
#define __GST_WEB_AUDIO_BLOCK_H__

#include <gst/audio/audio.h>

#include "enums.h"

G_BEGIN_DECLS

#define GST_WEB_AUDIO_MAX_CHANNELS 32
/* The spec's render quantum, in frames. */
#define GST_WEB_AUDIO_QUANTUM 128
#define GST_WEB_AUDIO_MAX_BLOCK_SIZE 65536
#define GST_WEB_AUDIO_MIN_RATE 3000
#define GST_WEB_AUDIO_MAX_RATE 768000

/**
 * GstWebAudioBlock:
 * @buffer: (nullable): what carries the frames, of a view perhaps with other
 *     planes; %NULL before something is rendered
 * @channels: number of planes
 * @frames: frames in each plane
 * @silent: every frame is zero; the planes must not be written
 * @data: the first plane
 * @stride: samples from one plane to the next; negative in views
 *
 * A buffer taken apart, to be computed with.
 */
typedef struct
{
  GstBuffer *buffer;
  guint channels;
  guint frames;
  gboolean silent;
  gfloat *data;
  gssize stride;
} GstWebAudioBlock;

static inline gfloat *
gst_web_audio_block_plane (const GstWebAudioBlock * block, guint channel)
{
  return block->data + (gssize) channel * block->stride;
}

typedef struct _GstWebAudioBlockPool GstWebAudioBlockPool;

/**
 * GstWebAudioBlockPools:
 *
 * The pools of one graph: for each channel count one of blocks to be written
 * and one of silence. Not thread-safe; guarded by the graph's lock.
 */
typedef struct
{
  gint rate;
  guint frames;
  GstWebAudioBlockPool *sound[GST_WEB_AUDIO_MAX_CHANNELS];
  GstWebAudioBlockPool *silence[GST_WEB_AUDIO_MAX_CHANNELS];
  guint64 stamped_frame;        /* what the times are of */
  guint stamped_frames;
  GstClockTime pts;
  GstClockTime duration;
} GstWebAudioBlockPools;

G_GNUC_INTERNAL
void gst_web_audio_block_pools_configure (GstWebAudioBlockPools * pools,
    gint rate, guint frames);

G_GNUC_INTERNAL
void gst_web_audio_block_pools_clear (GstWebAudioBlockPools * pools);

G_GNUC_INTERNAL
gboolean gst_web_audio_block_pools_acquire (GstWebAudioBlockPools * pools,
    GstWebAudioBlock * block, guint channels, guint64 frame, guint frames,
    gboolean silent);

G_GNUC_INTERNAL
gboolean gst_web_audio_block_open (GstWebAudioBlock * block,
    GstBuffer * buffer);

G_GNUC_INTERNAL
GstBuffer *gst_web_audio_block_close (GstWebAudioBlock * block);

G_GNUC_INTERNAL
gboolean gst_web_audio_block_is_view (const GstWebAudioBlock * block);

G_GNUC_INTERNAL
gboolean gst_web_audio_block_join (GstWebAudioBlock * block,
    GstWebAudioBlock * planes, guint channels);

G_GNUC_INTERNAL
gboolean gst_web_audio_block_is_writable (const GstWebAudioBlock * block);

G_GNUC_INTERNAL
void gst_web_audio_block_mix (GstWebAudioBlock * to, guint to_frame,
    const GstWebAudioBlock * from, guint from_frame, guint frames,
    GstWebAudioChannelInterpretation interpretation, gboolean accumulate);

G_GNUC_INTERNAL
void gst_web_audio_block_silence (GstWebAudioBlock * block, guint frame,
    guint frames);

G_GNUC_INTERNAL
void gst_web_audio_block_shorten (GstWebAudioBlock * block, guint frames);

G_GNUC_INTERNAL
void gst_web_audio_block_clear (GstWebAudioBlock * block);

G_GNUC_INTERNAL
gsize gst_web_audio_count_frames (GstBuffer * buffer,
    const GstAudioInfo * info);

G_GNUC_INTERNAL
gboolean gst_web_audio_audio_info (GstAudioInfo * info, GstAudioFormat format,
    GstAudioLayout layout, gint rate, guint channels, guint64 channel_mask);

G_GNUC_INTERNAL
guint64 gst_web_audio_default_channel_mask (guint channels);

G_END_DECLS

#endif
