/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks and their pools; what a block is stands in block.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "block.h"

/* So that no vector is split between two. */
#define CACHE_LINE 64

/* Remembers where the planes of a pooled buffer are, because mapping a buffer
 * at every hop costs more than most kernels. */
typedef struct
{
  GstMeta meta;
  GstMemory *memory;
  gfloat *data;
  gsize stride;
  guint channels;
  guint frames;
  gsize *offsets;               /* of the GstAudioMeta */
} PlanesMeta;

static gboolean
planes_meta_init (GstMeta * meta, gpointer params, GstBuffer * buffer)
{
  PlanesMeta *planes = (PlanesMeta *) meta;

  planes->memory = NULL;
  planes->data = NULL;
  return TRUE;
}

static GType
planes_meta_api (void)
{
  static const gchar *tags[] = { NULL };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        gst_meta_api_type_register ("GstWebAudioPlanesMetaAPI", tags));
  return type;
}

static const GstMetaInfo *
planes_meta_info (void)
{
  static const GstMetaInfo *info = NULL;

  if (g_once_init_enter (&info))
    g_once_init_leave (&info, gst_meta_register (planes_meta_api (),
            "GstWebAudioPlanesMeta", sizeof (PlanesMeta), planes_meta_init,
            NULL, NULL));
  return info;
}

static PlanesMeta *
get_planes (GstBuffer * buffer)
{
  PlanesMeta *planes = (PlanesMeta *) gst_buffer_get_meta (buffer,
      planes_meta_api ());

  /* somebody may have put other memory into the buffer */
  if (planes && (gst_buffer_n_memory (buffer) != 1
          || gst_buffer_peek_memory (buffer, 0) != planes->memory))
    return NULL;
  return planes;
}

/* A pool whose buffers carry their planes and their GstAudioMeta for life. */

typedef struct
{
  GstBufferPool parent;
  GstAudioInfo info;
  guint frames;
  gboolean silent;
} GstWebAudioBlockPool;

typedef GstBufferPoolClass GstWebAudioBlockPoolClass;

static GType gst_web_audio_block_pool_get_type (void);
G_DEFINE_TYPE (GstWebAudioBlockPool, gst_web_audio_block_pool,
    GST_TYPE_BUFFER_POOL);

static GstFlowReturn
block_pool_alloc_buffer (GstBufferPool * base, GstBuffer ** result,
    GstBufferPoolAcquireParams * params)
{
  GstWebAudioBlockPool *pool = (GstWebAudioBlockPool *) base;
  GstAllocationParams alloc;
  gsize plane = pool->frames * sizeof (gfloat);
  gsize offsets[GST_WEB_AUDIO_MAX_CHANNELS];
  GstBuffer *buffer;
  GstMapInfo map;
  PlanesMeta *planes;
  GstMeta *audio;
  gint c;

  gst_allocation_params_init (&alloc);
  alloc.align = CACHE_LINE - 1;
  buffer = gst_buffer_new_allocate (NULL, plane * pool->info.channels, &alloc);
  if (!buffer)
    return GST_FLOW_ERROR;

  planes = (PlanesMeta *) gst_buffer_add_meta (buffer, planes_meta_info (),
      NULL);
  GST_META_FLAG_SET (planes, GST_META_FLAG_POOLED);
  planes->memory = gst_buffer_peek_memory (buffer, 0);
  gst_memory_map (planes->memory, &map, GST_MAP_WRITE);
  if (pool->silent)
    memset (map.data, 0, map.size);
  planes->data = (gfloat *) map.data;
  gst_memory_unmap (planes->memory, &map);
  planes->stride = pool->frames;
  planes->channels = pool->info.channels;
  if (pool->silent)
    GST_MINI_OBJECT_FLAG_SET (planes->memory, GST_MEMORY_FLAG_READONLY);

  for (c = 0; c < pool->info.channels; c++)
    offsets[c] = c * plane;
  audio = (GstMeta *) gst_buffer_add_audio_meta (buffer, &pool->info,
      pool->frames, offsets);
  GST_META_FLAG_SET (audio, GST_META_FLAG_POOLED);
  planes->offsets = ((GstAudioMeta *) audio)->offsets;

  *result = buffer;
  return GST_FLOW_OK;
}

static void
gst_web_audio_block_pool_class_init (GstWebAudioBlockPoolClass * klass)
{
  klass->alloc_buffer = block_pool_alloc_buffer;
}

static void
gst_web_audio_block_pool_init (GstWebAudioBlockPool * pool)
{
}

static GstBufferPool *
block_pool_new (gint rate, guint channels, guint frames, gboolean silent)
{
  GstWebAudioBlockPool *pool =
      g_object_new (gst_web_audio_block_pool_get_type (), NULL);
  GstStructure *config;

  gst_object_ref_sink (pool);
  gst_web_audio_audio_info (&pool->info, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, rate, channels,
      gst_web_audio_default_channel_mask (channels));
  pool->frames = frames;
  pool->silent = silent;

  config = gst_buffer_pool_get_config (GST_BUFFER_POOL (pool));
  gst_buffer_pool_config_set_params (config, NULL,
      frames * channels * sizeof (gfloat), 0, 0);
  gst_buffer_pool_set_config (GST_BUFFER_POOL (pool), config);
  gst_buffer_pool_set_active (GST_BUFFER_POOL (pool), TRUE);
  return GST_BUFFER_POOL (pool);
}

static void
block_pool_free (GstBufferPool ** pool)
{
  if (*pool)
    gst_buffer_pool_set_active (*pool, FALSE);
  gst_clear_object (pool);
}

/*
 * gst_web_audio_block_pools_configure:
 * @rate: frames per second
 * @frames: the longest block that will be acquired
 *
 * Makes the pools serve blocks of that rate and length. Blocks that are still
 * in use stay valid.
 */
void
gst_web_audio_block_pools_configure (GstWebAudioBlockPools * pools, gint rate,
    guint frames)
{
  if (pools->rate == rate && pools->frames == frames)
    return;
  gst_web_audio_block_pools_clear (pools);
  pools->rate = rate;
  pools->frames = frames;
}

/*
 * gst_web_audio_block_pools_clear:
 *
 * Gives up the pools; blocks that are still in use stay valid.
 */
void
gst_web_audio_block_pools_clear (GstWebAudioBlockPools * pools)
{
  guint c;

  for (c = 0; c < GST_WEB_AUDIO_MAX_CHANNELS; c++) {
    block_pool_free (&pools->sound[c]);
    block_pool_free (&pools->silence[c]);
  }
  pools->rate = 0;
  pools->frames = 0;
}

/*
 * gst_web_audio_block_pools_acquire:
 * @block: (out): the block
 * @channels: 1 to 32
 * @frame: the number of its first frame, from which its timestamps follow
 * @frames: its length, at most that of the pools
 * @silent: whether it is to be silence; otherwise its content is undefined
 *
 * Returns: whether there was memory for it
 */
gboolean
gst_web_audio_block_pools_acquire (GstWebAudioBlockPools * pools,
    GstWebAudioBlock * block, guint channels, guint64 frame, guint frames,
    gboolean silent)
{
  GstBufferPool **pool;
  GstBuffer *buffer = NULL;
  PlanesMeta *planes;
  GstAudioMeta *audio;

  g_assert (channels >= 1 && channels <= GST_WEB_AUDIO_MAX_CHANNELS);
  g_assert (frames <= pools->frames);

  pool = (silent ? pools->silence : pools->sound) + channels - 1;
  if (G_UNLIKELY (*pool == NULL))
    *pool = block_pool_new (pools->rate, channels, pools->frames, silent);
  if (gst_buffer_pool_acquire_buffer (*pool, &buffer, NULL) != GST_FLOW_OK)
    return FALSE;

  planes = (PlanesMeta *) gst_buffer_get_meta (buffer, planes_meta_api ());
  planes->frames = frames;
  audio = gst_buffer_get_audio_meta (buffer);
  audio->samples = frames;
  /* a driver may have handed it over as interleaved */
  audio->info.layout = GST_AUDIO_LAYOUT_NON_INTERLEAVED;
  audio->offsets = planes->offsets;

  GST_BUFFER_PTS (buffer) =
      gst_util_uint64_scale (frame, GST_SECOND, pools->rate);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (frame + frames,
      GST_SECOND, pools->rate) - GST_BUFFER_PTS (buffer);
  GST_BUFFER_OFFSET (buffer) = frame;
  GST_BUFFER_OFFSET_END (buffer) = frame + frames;
  if (silent)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);

  block->buffer = buffer;
  block->channels = channels;
  block->frames = frames;
  block->silent = silent;
  block->data = planes->data;
  block->stride = planes->stride;
  return TRUE;
}

/*
 * gst_web_audio_block_open:
 * @block: (out): the block
 * @buffer: (transfer full): what a pulled link delivered
 *
 * Returns: %FALSE (and @buffer is released) if the buffer did not come from a
 *     pool of blocks
 */
gboolean
gst_web_audio_block_open (GstWebAudioBlock * block, GstBuffer * buffer)
{
  PlanesMeta *planes = get_planes (buffer);

  if (!planes) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  block->buffer = buffer;
  block->channels = planes->channels;
  block->frames = planes->frames;
  block->silent = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
  block->data = planes->data;
  block->stride = planes->stride;
  return TRUE;
}

/*
 * gst_web_audio_block_is_writable:
 *
 * Returns: whether nobody else holds the block, so that it may be changed in
 *     place
 */
gboolean
gst_web_audio_block_is_writable (const GstWebAudioBlock * block)
{
  return !block->silent && gst_buffer_is_writable (block->buffer)
      && gst_buffer_is_all_memory_writable (block->buffer);
}

/*
 * gst_web_audio_block_mix:
 * @accumulate: whether to add to what @to holds, or to replace it
 *
 * Mixes @frames frames of one block into another, from those frames on, up or
 * down to its number of channels.
 */
void
gst_web_audio_block_mix (GstWebAudioBlock * to, guint to_frame,
    const GstWebAudioBlock * from, guint from_frame, guint frames,
    GstWebAudioChannelInterpretation interpretation, gboolean accumulate)
{
  gfloat *out[GST_WEB_AUDIO_MAX_CHANNELS];
  const gfloat *in[GST_WEB_AUDIO_MAX_CHANNELS];
  guint c;

  for (c = 0; c < to->channels; c++)
    out[c] = gst_web_audio_block_plane (to, c) + to_frame;
  for (c = 0; c < from->channels; c++)
    in[c] = gst_web_audio_block_plane (from, c) + from_frame;
  webaudio_channel_mix (out, to->channels, in, from->channels,
      (WebAudioInterpretation) interpretation, accumulate, frames);
}

/*
 * gst_web_audio_block_silence:
 *
 * Writes zeros to @frames frames from @frame on.
 */
void
gst_web_audio_block_silence (GstWebAudioBlock * block, guint frame,
    guint frames)
{
  guint c;

  for (c = 0; c < block->channels; c++)
    memset (gst_web_audio_block_plane (block, c) + frame, 0,
        frames * sizeof (gfloat));
}

/*
 * gst_web_audio_block_shorten:
 * @frames: how many frames from the start stay
 *
 * Takes the end away from a block that nobody else holds.
 */
void
gst_web_audio_block_shorten (GstWebAudioBlock * block, guint frames)
{
  GstBuffer *buffer = block->buffer;
  guint64 rate =
      GST_AUDIO_INFO_RATE (&gst_buffer_get_audio_meta (buffer)->info);
  guint64 end = GST_BUFFER_OFFSET (buffer) + frames;

  block->frames = frames;
  get_planes (buffer)->frames = frames;
  gst_buffer_get_audio_meta (buffer)->samples = frames;
  GST_BUFFER_OFFSET_END (buffer) = end;
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (end, GST_SECOND, rate) - GST_BUFFER_PTS (buffer);
}

/*
 * gst_web_audio_block_clear:
 *
 * Releases what the block holds.
 */
void
gst_web_audio_block_clear (GstWebAudioBlock * block)
{
  gst_clear_buffer (&block->buffer);
}

/*
 * gst_web_audio_count_frames:
 *
 * Returns: how many frames a buffer of any raw format has
 */
gsize
gst_web_audio_count_frames (GstBuffer * buffer, const GstAudioInfo * info)
{
  GstAudioMeta *meta = gst_buffer_get_audio_meta (buffer);

  return meta ? meta->samples :
      gst_buffer_get_size (buffer) / GST_AUDIO_INFO_BPF (info);
}

/*
 * gst_web_audio_default_channel_mask:
 *
 * Returns: GStreamer's positions for the spec's speaker layouts, in the spec's
 *     order; 0 (no positions) where there is no usual layout
 */
guint64
gst_web_audio_default_channel_mask (guint channels)
{
  return channels <= 8 ? gst_audio_channel_get_fallback_mask (channels) : 0;
}

/*
 * gst_web_audio_audio_info:
 * @channel_mask: positions of the channels, 0 for none
 *
 * Fills @info.
 *
 * Returns: whether the mask fits the number of channels
 */
gboolean
gst_web_audio_audio_info (GstAudioInfo * info, GstAudioFormat format,
    GstAudioLayout layout, gint rate, guint channels, guint64 channel_mask)
{
  GstAudioChannelPosition positions[64];
  gboolean positioned = channel_mask != 0;

  if (positioned && (channels > 64
          || !gst_audio_channel_positions_from_mask (channels, channel_mask,
              positions)
          || !gst_audio_check_valid_channel_positions (positions, channels,
              TRUE)))
    return FALSE;
  gst_audio_info_set_format (info, format, rate, channels,
      positioned ? positions : NULL);
  info->layout = layout;
  return TRUE;
}
