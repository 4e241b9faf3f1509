/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks and their pools; what a block is stands in block.h. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "block.h"

/* So that no vector is split between two. */
#define CACHE_LINE 64

typedef struct _PlanesMeta PlanesMeta;

/* Remembers where the planes of a pooled buffer are, because mapping a buffer
 * at every hop costs more than most kernels. */
struct _PlanesMeta
{
  GstMeta meta;
  GstWebAudioBlockPool *pool;   /* owned */
  PlanesMeta *next;             /* in the pool */
  GstBuffer *buffer;
  GstMiniObjectDisposeFunction dispose; /* the buffer's own */
  GstMemory *memory;
  gfloat *data;
  gsize stride;
  guint channels;
  guint frames;
  GstAudioMeta *audio;
  gsize *offsets;               /* of the GstAudioMeta */
  gint shown;                   /* to others than nodes; atomic */
};

/* Buffers of one size. A GstBufferPool would do, if it did not cost as much as
 * a kernel to get one out of it and back. */
struct _GstWebAudioBlockPool
{
  gint refs;                    /* the graph's, and one for each buffer */
  GstAudioInfo info;
  guint frames;
  gboolean silent;
  PlanesMeta *spare;            /* a stack; atomic */
};

/* What is on top of the stack when the graph has given up the pool. */
static PlanesMeta closed;

static void
block_pool_unref (GstWebAudioBlockPool * pool)
{
  if (g_atomic_int_dec_and_test (&pool->refs))
    g_free (pool);
}

static gboolean
planes_meta_init (GstMeta * meta, gpointer params, GstBuffer * buffer)
{
  PlanesMeta *planes = (PlanesMeta *) meta;

  memset ((guint8 *) meta + sizeof (GstMeta), 0,
      sizeof (PlanesMeta) - sizeof (GstMeta));
  planes->buffer = buffer;
  return TRUE;
}

static void
planes_meta_free (GstMeta * meta, GstBuffer * buffer)
{
  g_clear_pointer (&((PlanesMeta *) meta)->pool, block_pool_unref);
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
            planes_meta_free, NULL));
  return info;
}

static PlanesMeta *
find_planes (GstBuffer * buffer)
{
  return (PlanesMeta *) gst_buffer_get_meta (buffer, planes_meta_api ());
}

/* Somebody may have put other memory into the buffer. */
static gboolean
is_intact (const PlanesMeta * planes)
{
  return gst_buffer_n_memory (planes->buffer) == 1
      && gst_buffer_peek_memory (planes->buffer, 0) == planes->memory;
}

/* Pools */

static gboolean
remove_foreign_meta (GstBuffer * buffer, GstMeta ** meta, gpointer data)
{
  if (!GST_META_FLAG_IS_SET (*meta, GST_META_FLAG_POOLED)) {
    GST_META_FLAG_UNSET (*meta, GST_META_FLAG_LOCKED);
    *meta = NULL;
  }
  return TRUE;
}

/* Takes back what others may have done to the buffer. Returns whether it is of
 * use again. */
static gboolean
restore (PlanesMeta * planes)
{
  GstBuffer *buffer = planes->buffer;
  gsize size = planes->channels * planes->stride * sizeof (gfloat);

  if (!is_intact (planes) || !gst_buffer_is_all_memory_writable (buffer))
    return FALSE;
  if (gst_buffer_get_size (buffer) != size) {
    gsize offset;

    gst_buffer_get_sizes (buffer, &offset, NULL);
    gst_buffer_resize (buffer, -(gssize) offset, size);
  }
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  gst_buffer_foreach_meta (buffer, remove_foreign_meta, NULL);
  /* a driver may have handed it over as interleaved */
  planes->audio->info.layout = GST_AUDIO_LAYOUT_NON_INTERLEAVED;
  planes->audio->offsets = planes->offsets;
  g_atomic_int_set (&planes->shown, FALSE);
  return TRUE;
}

/* Returns whether the pool, which other threads may give back to at the same
 * time, is still in use. */
static gboolean
block_pool_push (GstWebAudioBlockPool * pool, PlanesMeta * planes)
{
  PlanesMeta *top;

  do {
    top = g_atomic_pointer_get (&pool->spare);
    if (top == &closed)
      return FALSE;
    planes->next = top;
  } while (!g_atomic_pointer_compare_and_exchange (&pool->spare, top, planes));
  return TRUE;
}

static PlanesMeta *
block_pool_pop (GstWebAudioBlockPool * pool)
{
  PlanesMeta *top;

  /* only the graph takes away, so no other thread can have taken what is on top
   * and given it back meanwhile */
  do
    top = g_atomic_pointer_get (&pool->spare);
  while (top && !g_atomic_pointer_compare_and_exchange (&pool->spare, top,
          top->next));
  return top;
}

/* Nobody holds the buffer any longer: takes the place of its free. */
static gboolean
return_to_pool (GstMiniObject * object)
{
  PlanesMeta *planes = find_planes (GST_BUFFER_CAST (object));
  GstMiniObjectDisposeFunction dispose = planes->dispose;

  gst_mini_object_ref (object);
  GST_BUFFER_FLAGS (object) &= GST_BUFFER_FLAG_TAG_MEMORY;
  if ((!g_atomic_int_get (&planes->shown) || restore (planes))
      && block_pool_push (planes->pool, planes))
    return FALSE;
  object->dispose = dispose;
  gst_mini_object_unref (object);
  return FALSE;
}

static PlanesMeta *
block_pool_allocate (GstWebAudioBlockPool * pool)
{
  GstAllocationParams alloc;
  gsize plane = pool->frames * sizeof (gfloat);
  gsize offsets[GST_WEB_AUDIO_MAX_CHANNELS];
  GstBuffer *buffer;
  GstMapInfo map;
  PlanesMeta *planes;
  gint c;

  gst_allocation_params_init (&alloc);
  alloc.align = CACHE_LINE - 1;
  buffer = gst_buffer_new_allocate (NULL, plane * pool->info.channels, &alloc);
  if (!buffer)
    return NULL;

  planes = (PlanesMeta *) gst_buffer_add_meta (buffer, planes_meta_info (),
      NULL);
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
  planes->audio = gst_buffer_add_audio_meta (buffer, &pool->info,
      pool->frames, offsets);
  planes->offsets = planes->audio->offsets;
  /* they stay, whoever has had the buffer */
  GST_META_FLAG_SET (planes, GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  GST_META_FLAG_SET (planes->audio,
      GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);

  g_atomic_int_inc (&pool->refs);
  planes->pool = pool;
  planes->dispose = GST_MINI_OBJECT_CAST (buffer)->dispose;
  GST_MINI_OBJECT_CAST (buffer)->dispose = return_to_pool;
  return planes;
}

static GstWebAudioBlockPool *
block_pool_new (gint rate, guint channels, guint frames, gboolean silent)
{
  GstWebAudioBlockPool *pool = g_new0 (GstWebAudioBlockPool, 1);

  pool->refs = 1;
  gst_web_audio_audio_info (&pool->info, GST_AUDIO_FORMAT_F32,
      GST_AUDIO_LAYOUT_NON_INTERLEAVED, rate, channels,
      gst_web_audio_default_channel_mask (channels));
  pool->frames = frames;
  pool->silent = silent;
  return pool;
}

static void
block_pool_free (GstWebAudioBlockPool ** where)
{
  GstWebAudioBlockPool *pool = *where;
  PlanesMeta *planes, *next;

  if (!pool)
    return;
  *where = NULL;
  planes = __atomic_exchange_n (&pool->spare, &closed, __ATOMIC_ACQ_REL);
  for (; planes; planes = next) {
    next = planes->next;
    gst_buffer_unref (planes->buffer);
  }
  block_pool_unref (pool);
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
  pools->stamped_frames = 0;
}

/* All nodes ask for the same. */
static void
compute_stamps (GstWebAudioBlockPools * pools, guint64 frame, guint frames)
{
  pools->stamped_frame = frame;
  pools->stamped_frames = frames;
  pools->pts = gst_util_uint64_scale (frame, GST_SECOND, pools->rate);
  pools->duration = gst_util_uint64_scale (frame + frames, GST_SECOND,
      pools->rate) - pools->pts;
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
  GstWebAudioBlockPool **pool;
  GstBuffer *buffer;
  PlanesMeta *planes;

  g_assert (channels >= 1 && channels <= GST_WEB_AUDIO_MAX_CHANNELS);
  g_assert (frames <= pools->frames);

  pool = (silent ? pools->silence : pools->sound) + channels - 1;
  if (G_UNLIKELY (*pool == NULL))
    *pool = block_pool_new (pools->rate, channels, pools->frames, silent);
  planes = block_pool_pop (*pool);
  if (G_UNLIKELY (!planes && !(planes = block_pool_allocate (*pool))))
    return FALSE;

  planes->frames = frames;
  planes->audio->samples = frames;
  buffer = planes->buffer;
  if (pools->stamped_frame != frame || pools->stamped_frames != frames)
    compute_stamps (pools, frame, frames);
  GST_BUFFER_PTS (buffer) = pools->pts;
  GST_BUFFER_DURATION (buffer) = pools->duration;
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
  PlanesMeta *planes = find_planes (buffer);

  if (!planes || !is_intact (planes)) {
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
 * gst_web_audio_block_close:
 * @block: (transfer full): no view
 *
 * Returns: (transfer full): the buffer, for others than nodes
 */
GstBuffer *
gst_web_audio_block_close (GstWebAudioBlock * block)
{
  GstBuffer *buffer = block->buffer;

  g_atomic_int_set (&find_planes (buffer)->shown, TRUE);
  block->buffer = NULL;
  return buffer;
}

/*
 * gst_web_audio_block_is_view:
 *
 * Returns: whether the block is not just what its buffer holds
 */
gboolean
gst_web_audio_block_is_view (const GstWebAudioBlock * block)
{
  const PlanesMeta *planes = find_planes (block->buffer);

  return block->channels != planes->channels || block->data != planes->data
      || block->stride != (gssize) planes->stride;
}

/*
 * gst_web_audio_block_join:
 * @block: (out): a view of @planes
 * @planes: (array length=channels): blocks of one channel; on success the first
 *     one's buffer is taken
 *
 * Makes one block of all without a copy.
 *
 * Returns: %FALSE if they are in different buffers, or lie there so that no view
 *     can be of them
 */
gboolean
gst_web_audio_block_join (GstWebAudioBlock * block, GstWebAudioBlock * planes,
    guint channels)
{
  gssize stride = channels > 1 ? planes[1].data - planes[0].data :
      planes[0].stride;
  guint c;

  for (c = 1; c < channels; c++) {
    /* a plane that is there twice could not be written to */
    if (stride == 0 || planes[c].buffer != planes[0].buffer
        || planes[c].frames != planes[0].frames
        || planes[c].data - planes[c - 1].data != stride)
      return FALSE;
  }
  *block = planes[0];
  block->channels = channels;
  block->stride = stride;
  planes[0].buffer = NULL;
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
  PlanesMeta *planes = find_planes (buffer);
  guint64 rate = GST_AUDIO_INFO_RATE (&planes->audio->info);
  guint64 end = GST_BUFFER_OFFSET (buffer) + frames;

  block->frames = frames;
  planes->frames = frames;
  planes->audio->samples = frames;
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
