/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes GLib's synchronisation known to ThreadSanitizer.
 *
 * TSan sees the locks of pthread only, but GLib builds GMutex, GCond and bit
 * locks on futexes, inside a library that is not instrumented: every access
 * protected by one of them would be reported as a race. This file is linked
 * into the test programs of a TSan build (b_sanitize=thread). Being in the
 * program, its functions take the place of GLib's for everything that is
 * loaded, GStreamer and the plugin included; each calls the real one and tells
 * TSan what it means.
 *
 * Calls that GLib makes to itself do not come here, so whatever hands data
 * from thread to thread inside GLib or GObject (asynchronous queues,
 * g_once_init, reference counts) is annotated at its public entry.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>
#include <gst/gst.h>

#define SHIM __attribute__ ((visibility ("default")))

/* The real function, looked up once; two threads that do it at the same time
 * store the same address */
#define REAL(ret, name, args)                                           \
  static ret (*real_pointer) args;                                      \
  ret (*real) args = __atomic_load_n (&real_pointer, __ATOMIC_RELAXED); \
  if (real == NULL) {                                                   \
    *(void **) &real = dlsym (RTLD_NEXT, #name);                        \
    __atomic_store_n (&real_pointer, real, __ATOMIC_RELAXED);           \
  }

/* Locks: GMutex lives in its owner, often zero-filled without g_mutex_init, so
 * TSan creates its twin at first use (linker init) */

#define LOCK __tsan_mutex_linker_init
#define REC_LOCK (LOCK | __tsan_mutex_write_reentrant)
#define READ_LOCK (LOCK | __tsan_mutex_read_lock)
#define TRIED(locked) \
  (__tsan_mutex_try_lock | ((locked) ? 0 : __tsan_mutex_try_lock_failed))

SHIM void
g_mutex_init (GMutex * mutex)
{
  REAL (void, g_mutex_init, (GMutex *));

  real (mutex);
  __tsan_mutex_create (mutex, 0);
}

SHIM void
g_mutex_clear (GMutex * mutex)
{
  REAL (void, g_mutex_clear, (GMutex *));

  real (mutex);
  __tsan_mutex_destroy (mutex, LOCK);
}

SHIM void
g_mutex_lock (GMutex * mutex)
{
  REAL (void, g_mutex_lock, (GMutex *));

  __tsan_mutex_pre_lock (mutex, LOCK);
  real (mutex);
  __tsan_mutex_post_lock (mutex, LOCK, 0);
}

SHIM gboolean
g_mutex_trylock (GMutex * mutex)
{
  gboolean locked;
  REAL (gboolean, g_mutex_trylock, (GMutex *));

  __tsan_mutex_pre_lock (mutex, LOCK | __tsan_mutex_try_lock);
  locked = real (mutex);
  __tsan_mutex_post_lock (mutex, LOCK | TRIED (locked), 0);
  return locked;
}

SHIM void
g_mutex_unlock (GMutex * mutex)
{
  REAL (void, g_mutex_unlock, (GMutex *));

  __tsan_mutex_pre_unlock (mutex, 0);
  real (mutex);
  __tsan_mutex_post_unlock (mutex, 0);
}

/* Waiting gives the mutex up and takes it again, both inside GLib */

static void
cond_release (GMutex * mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
}

static void
cond_acquire (GMutex * mutex)
{
  __tsan_mutex_pre_lock (mutex, LOCK);
  __tsan_mutex_post_lock (mutex, LOCK, 0);
}

SHIM void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  REAL (void, g_cond_wait, (GCond *, GMutex *));

  cond_release (mutex);
  real (cond, mutex);
  cond_acquire (mutex);
}

SHIM gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  gboolean signalled;
  REAL (gboolean, g_cond_wait_until, (GCond *, GMutex *, gint64));

  cond_release (mutex);
  signalled = real (cond, mutex, end_time);
  cond_acquire (mutex);
  return signalled;
}

/* The recursive and the read-write lock are pthread's, but GLib allocates them
 * at their first use in a way that looks like a race */

SHIM void
g_rec_mutex_init (GRecMutex * lock)
{
  REAL (void, g_rec_mutex_init, (GRecMutex *));

  real (lock);
  __tsan_mutex_create (lock, 0);
}

SHIM void
g_rec_mutex_clear (GRecMutex * lock)
{
  REAL (void, g_rec_mutex_clear, (GRecMutex *));

  real (lock);
  __tsan_mutex_destroy (lock, REC_LOCK);
}

SHIM void
g_rw_lock_init (GRWLock * lock)
{
  REAL (void, g_rw_lock_init, (GRWLock *));

  real (lock);
  __tsan_mutex_create (lock, 0);
}

SHIM void
g_rw_lock_clear (GRWLock * lock)
{
  REAL (void, g_rw_lock_clear, (GRWLock *));

  real (lock);
  __tsan_mutex_destroy (lock, LOCK);
}

SHIM void
g_rec_mutex_lock (GRecMutex * lock)
{
  REAL (void, g_rec_mutex_lock, (GRecMutex *));

  __tsan_mutex_pre_lock (lock, REC_LOCK);
  real (lock);
  __tsan_mutex_post_lock (lock, REC_LOCK, 0);
}

SHIM gboolean
g_rec_mutex_trylock (GRecMutex * lock)
{
  gboolean locked;
  REAL (gboolean, g_rec_mutex_trylock, (GRecMutex *));

  __tsan_mutex_pre_lock (lock, REC_LOCK | __tsan_mutex_try_lock);
  locked = real (lock);
  __tsan_mutex_post_lock (lock, REC_LOCK | TRIED (locked), 0);
  return locked;
}

SHIM void
g_rec_mutex_unlock (GRecMutex * lock)
{
  REAL (void, g_rec_mutex_unlock, (GRecMutex *));

  __tsan_mutex_pre_unlock (lock, 0);
  real (lock);
  __tsan_mutex_post_unlock (lock, 0);
}

SHIM void
g_rw_lock_writer_lock (GRWLock * lock)
{
  REAL (void, g_rw_lock_writer_lock, (GRWLock *));

  __tsan_mutex_pre_lock (lock, LOCK);
  real (lock);
  __tsan_mutex_post_lock (lock, LOCK, 0);
}

SHIM gboolean
g_rw_lock_writer_trylock (GRWLock * lock)
{
  gboolean locked;
  REAL (gboolean, g_rw_lock_writer_trylock, (GRWLock *));

  __tsan_mutex_pre_lock (lock, LOCK | __tsan_mutex_try_lock);
  locked = real (lock);
  __tsan_mutex_post_lock (lock, LOCK | TRIED (locked), 0);
  return locked;
}

SHIM void
g_rw_lock_writer_unlock (GRWLock * lock)
{
  REAL (void, g_rw_lock_writer_unlock, (GRWLock *));

  __tsan_mutex_pre_unlock (lock, 0);
  real (lock);
  __tsan_mutex_post_unlock (lock, 0);
}

SHIM void
g_rw_lock_reader_lock (GRWLock * lock)
{
  REAL (void, g_rw_lock_reader_lock, (GRWLock *));

  __tsan_mutex_pre_lock (lock, READ_LOCK);
  real (lock);
  __tsan_mutex_post_lock (lock, READ_LOCK, 0);
}

SHIM gboolean
g_rw_lock_reader_trylock (GRWLock * lock)
{
  gboolean locked;
  REAL (gboolean, g_rw_lock_reader_trylock, (GRWLock *));

  __tsan_mutex_pre_lock (lock, READ_LOCK | __tsan_mutex_try_lock);
  locked = real (lock);
  __tsan_mutex_post_lock (lock, READ_LOCK | TRIED (locked), 0);
  return locked;
}

SHIM void
g_rw_lock_reader_unlock (GRWLock * lock)
{
  REAL (void, g_rw_lock_reader_unlock, (GRWLock *));

  __tsan_mutex_pre_unlock (lock, __tsan_mutex_read_lock);
  real (lock);
  __tsan_mutex_post_unlock (lock, __tsan_mutex_read_lock);
}

SHIM void
g_bit_lock (volatile gint * address, gint bit)
{
  REAL (void, g_bit_lock, (volatile gint *, gint));

  real (address, bit);
  __tsan_acquire ((void *) address);
}

SHIM void
g_bit_unlock (volatile gint * address, gint bit)
{
  REAL (void, g_bit_unlock, (volatile gint *, gint));

  __tsan_release ((void *) address);
  real (address, bit);
}

/* One-time initialisation */

SHIM gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean first;
  REAL (gboolean, g_once_init_enter, (volatile void *));

  first = real (location);
  __tsan_acquire ((void *) location);
  return first;
}

SHIM void (g_once_init_leave) (volatile void *location, gsize result)
{
  REAL (void, g_once_init_leave, (volatile void *, gsize));

  __tsan_release ((void *) location);
  real (location, result);
}

SHIM gpointer
g_once_impl (GOnce * once, GThreadFunc func, gpointer arg)
{
  gpointer value;
  REAL (gpointer, g_once_impl, (GOnce *, GThreadFunc, gpointer));

  value = real (once, func, arg);
  __tsan_release (once);
  __tsan_acquire (once);
  return value;
}

/* Queues */

SHIM void
g_async_queue_push (GAsyncQueue * queue, gpointer data)
{
  REAL (void, g_async_queue_push, (GAsyncQueue *, gpointer));

  __tsan_release (queue);
  real (queue, data);
}

SHIM void
g_async_queue_push_unlocked (GAsyncQueue * queue, gpointer data)
{
  REAL (void, g_async_queue_push_unlocked, (GAsyncQueue *, gpointer));

  __tsan_release (queue);
  real (queue, data);
}

SHIM gpointer
g_async_queue_pop (GAsyncQueue * queue)
{
  gpointer data;
  REAL (gpointer, g_async_queue_pop, (GAsyncQueue *));

  data = real (queue);
  __tsan_acquire (queue);
  return data;
}

SHIM gpointer
g_async_queue_try_pop (GAsyncQueue * queue)
{
  gpointer data;
  REAL (gpointer, g_async_queue_try_pop, (GAsyncQueue *));

  data = real (queue);
  __tsan_acquire (queue);
  return data;
}

SHIM gpointer
g_async_queue_try_pop_unlocked (GAsyncQueue * queue)
{
  gpointer data;
  REAL (gpointer, g_async_queue_try_pop_unlocked, (GAsyncQueue *));

  data = real (queue);
  __tsan_acquire (queue);
  return data;
}

SHIM gpointer
g_async_queue_timeout_pop (GAsyncQueue * queue, guint64 timeout)
{
  gpointer data;
  REAL (gpointer, g_async_queue_timeout_pop, (GAsyncQueue *, guint64));

  data = real (queue, timeout);
  __tsan_acquire (queue);
  return data;
}

SHIM void
gst_atomic_queue_push (GstAtomicQueue * queue, gpointer data)
{
  REAL (void, gst_atomic_queue_push, (GstAtomicQueue *, gpointer));

  __tsan_release (queue);
  real (queue, data);
}

SHIM gpointer
gst_atomic_queue_pop (GstAtomicQueue * queue)
{
  gpointer data;
  REAL (gpointer, gst_atomic_queue_pop, (GstAtomicQueue *));

  data = real (queue);
  __tsan_acquire (queue);
  return data;
}

/* Thread pools, which run every GstTask: from the push to the worker */

typedef struct
{
  GFunc func;
  gpointer user_data;
} Work;

static void
do_work (gpointer data, gpointer user_data)
{
  Work *work = user_data;

  __tsan_acquire (work);
  work->func (data, work->user_data);
}

SHIM GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads,
    gboolean exclusive, GError ** error)
{
  /* never freed: nothing tells when the pool is gone */
  Work *work = g_new (Work, 1);
  REAL (GThreadPool *, g_thread_pool_new,
      (GFunc, gpointer, gint, gboolean, GError **));

  work->func = func;
  work->user_data = user_data;
  return real (do_work, work, max_threads, exclusive, error);
}

SHIM gboolean
g_thread_pool_push (GThreadPool * pool, gpointer data, GError ** error)
{
  REAL (gboolean, g_thread_pool_push, (GThreadPool *, gpointer, GError **));

  if (pool->func == do_work)
    __tsan_release (pool->user_data);
  return real (pool, data, error);
}

/* Messages: the bus keeps them in such a queue, out of our sight */

static gchar messages;

SHIM gboolean
gst_element_post_message (GstElement * element, GstMessage * message)
{
  REAL (gboolean, gst_element_post_message, (GstElement *, GstMessage *));

  __tsan_release (&messages);
  return real (element, message);
}

SHIM GstMessage *
gst_bus_timed_pop_filtered (GstBus * bus, GstClockTime timeout,
    GstMessageType types)
{
  GstMessage *message;
  REAL (GstMessage *, gst_bus_timed_pop_filtered,
      (GstBus *, GstClockTime, GstMessageType));

  message = real (bus, timeout, types);
  __tsan_acquire (&messages);
  return message;
}

SHIM GstMessage *
gst_bus_pop (GstBus * bus)
{
  GstMessage *message;
  REAL (GstMessage *, gst_bus_pop, (GstBus *));

  message = real (bus);
  __tsan_acquire (&messages);
  return message;
}

/* References: what each holder did happens before the finalisation by the
 * last one. The count is looked at first so that an ordinary unref orders
 * nothing: it would hide races. Two threads that give up the last two
 * references at the same moment can still go unordered, hence "<= 2". */

SHIM void
g_object_unref (gpointer object)
{
  gint refs = g_atomic_int_get (&((GObject *) object)->ref_count);
  REAL (void, g_object_unref, (gpointer));

  __tsan_release (object);
  if (refs <= 2)
    __tsan_acquire (object);
  real (object);
}

SHIM void
gst_mini_object_unref (GstMiniObject * object)
{
  gint refs = g_atomic_int_get (&object->refcount);
  REAL (void, gst_mini_object_unref, (GstMiniObject *));

  __tsan_release (object);
  if (refs <= 2)
    __tsan_acquire (object);
  real (object);
}

/* A pad that is flushing drops the buffer inside GStreamer */
SHIM GstFlowReturn
gst_pad_push (GstPad * pad, GstBuffer * buffer)
{
  REAL (GstFlowReturn, gst_pad_push, (GstPad *, GstBuffer *));

  __tsan_release (buffer);
  return real (pad, buffer);
}

/* Who finds itself to be the only holder may write what others have read */

SHIM gboolean
gst_mini_object_is_writable (const GstMiniObject * object)
{
  gboolean writable;
  REAL (gboolean, gst_mini_object_is_writable, (const GstMiniObject *));

  writable = real (object);
  if (writable)
    __tsan_acquire ((void *) object);
  return writable;
}

SHIM GstMiniObject *
gst_mini_object_make_writable (GstMiniObject * object)
{
  GstMiniObject *writable;
  REAL (GstMiniObject *, gst_mini_object_make_writable, (GstMiniObject *));

  /* gives up its reference if it has to copy */
  __tsan_release (object);
  writable = real (object);
  __tsan_acquire (writable);
  return writable;
}

/* A pooled buffer goes from whoever dropped it last to whoever acquires it;
 * the way between is lock-free inside GStreamer */

SHIM GstFlowReturn
gst_buffer_pool_acquire_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  GstFlowReturn ret;
  REAL (GstFlowReturn, gst_buffer_pool_acquire_buffer,
      (GstBufferPool *, GstBuffer **, GstBufferPoolAcquireParams *));

  ret = real (pool, buffer, params);
  if (ret == GST_FLOW_OK)
    __tsan_acquire (*buffer);
  return ret;
}
