/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Holds the race detector itself to account: it must see a race that is there
 * and keep quiet about data that GLib's primitives protect (tsan-glib.c).
 * Built and run in TSan builds only.
 */

#include <gst/gst.h>

#define ROUNDS 1000

#define HOOK __attribute__((visibility ("default"), no_sanitize_thread))

/* TSan calls these. The first for each report, holding its locks: a race found
 * in there would never return. */
HOOK void __tsan_on_report (void *report);
HOOK int __tsan_on_finalize (int failed);

static gint reports;

void
__tsan_on_report (void *report)
{
  reports++;
}

/* The seeded races are no failure */
int
__tsan_on_finalize (int failed)
{
  return 0;
}

/* What the two threads of a case share; a new counter for each case, because
 * TSan reports an address only once */
static gint64 counters[16];
static gint64 *counter = counters;
static GMutex mutex, other_mutex;
static GRecMutex rec_mutex;
static GRWLock rw_lock;
static GCond cond;
static gboolean ready;
static GAsyncQueue *queue;
static gint *once_value;
static gint bit;
static GObject *object;

static gpointer
unlocked (gpointer data)
{
  gint i;

  for (i = 0; i < ROUNDS; i++)
    *counter += 1;
  return NULL;
}

static gpointer
mutex_locked (gpointer lock)
{
  gint i;

  for (i = 0; i < ROUNDS; i++) {
    g_mutex_lock (lock);
    *counter += 1;
    g_mutex_unlock (lock);
  }
  return NULL;
}

static gpointer
mutex_tried (gpointer lock)
{
  gint i = 0;

  while (i < ROUNDS) {
    if (!g_mutex_trylock (lock))
      continue;
    *counter += 1;
    g_mutex_unlock (lock);
    i++;
  }
  return NULL;
}

static gpointer
rec_mutex_locked (gpointer data)
{
  gint i;

  for (i = 0; i < ROUNDS; i++) {
    g_rec_mutex_lock (&rec_mutex);
    g_rec_mutex_lock (&rec_mutex);
    *counter += 1;
    g_rec_mutex_unlock (&rec_mutex);
    g_rec_mutex_unlock (&rec_mutex);
  }
  return NULL;
}

static gpointer
rw_locked (gpointer data)
{
  gint i;

  for (i = 0; i < ROUNDS; i++) {
    g_rw_lock_writer_lock (&rw_lock);
    *counter += 1;
    g_rw_lock_writer_unlock (&rw_lock);
  }
  return NULL;
}

static gpointer
bit_locked (gpointer data)
{
  gint i;

  for (i = 0; i < ROUNDS; i++) {
    g_bit_lock (&bit, 0);
    *counter += 1;
    g_bit_unlock (&bit, 0);
  }
  return NULL;
}

/* The counter is handed over, not shared: what orders the two is the wait */
static gpointer
cond_producer (gpointer data)
{
  *counter += 1;
  g_mutex_lock (&mutex);
  ready = TRUE;
  g_cond_signal (&cond);
  g_mutex_unlock (&mutex);
  return NULL;
}

static gpointer
cond_consumer (gpointer data)
{
  gint64 end = g_get_monotonic_time () + G_TIME_SPAN_MINUTE;

  g_mutex_lock (&mutex);
  while (!ready)
    g_cond_wait_until (&cond, &mutex, end);
  g_mutex_unlock (&mutex);
  *counter += 1;
  return NULL;
}

static gpointer
queue_producer (gpointer data)
{
  gint i;

  for (i = 0; i < ROUNDS; i++)
    g_async_queue_push (queue, g_new0 (gint, 1));
  return NULL;
}

static gpointer
queue_consumer (gpointer data)
{
  gint i;

  for (i = 0; i < ROUNDS; i++) {
    gint *item = g_async_queue_pop (queue);

    *item += 1;
    g_free (item);
  }
  return NULL;
}

/* As a GstTask does */
static void
pool_worker (gpointer data, gpointer user_data)
{
  gint *item = data;

  *item += 1;
  g_free (item);
}

static gpointer
pool_user (gpointer pool)
{
  gint i;

  for (i = 0; i < ROUNDS; i++)
    g_thread_pool_push (pool, g_new0 (gint, 1), NULL);
  return NULL;
}

static gpointer
once_user (gpointer data)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    once_value = g_new (gint, 1);
    *once_value = 1;
    g_once_init_leave (&once, 1);
  }
  return GINT_TO_POINTER (*once_value);
}

/* Whoever drops the last reference frees the data */
static gpointer
object_user (gpointer data)
{
  gint *shared = data;
  gint i;

  for (i = 0; i < ROUNDS; i++) {
    g_mutex_lock (&mutex);
    *shared += 1;
    g_mutex_unlock (&mutex);
  }
  g_object_unref (object);
  return NULL;
}

static void
free_shared (gpointer data)
{
  *(gint *) data = 0;
  g_free (data);
}

/* Runs two threads; returns the number of races that were reported meanwhile */
static gint
races (GThreadFunc first, GThreadFunc second, gpointer first_data,
    gpointer second_data)
{
  GThread *threads[2];
  gint before = reports;

  counter++;
  threads[0] = g_thread_new ("first", first, first_data);
  threads[1] = g_thread_new ("second", second, second_data);
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
  return reports - before;
}

static gint
quiet (const gchar * name, gint found)
{
  g_print ("%s %s: %d reports, expected none\n", found ? "FAIL" : "ok", name,
      found);
  return found ? 1 : 0;
}

static gint
seen (const gchar * name, gint found)
{
  g_print ("%s %s: %d reports, expected some\n", found ? "ok" : "FAIL", name,
      found);
  return found ? 0 : 1;
}

int
main (int argc, char **argv)
{
  GThreadPool *pool = g_thread_pool_new (pool_worker, NULL, 2, FALSE, NULL);
  gint failed = 0;
  gint *shared = g_new0 (gint, 1);

  gst_init (&argc, &argv);
  queue = g_async_queue_new ();
  object = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data_full (object, "shared", shared, free_shared);
  g_object_ref (object);

  failed += quiet ("g_mutex_lock",
      races (mutex_locked, mutex_locked, &mutex, &mutex));
  failed += quiet ("g_mutex_trylock",
      races (mutex_locked, mutex_tried, &mutex, &mutex));
  failed += quiet ("g_rec_mutex",
      races (rec_mutex_locked, rec_mutex_locked, NULL, NULL));
  failed += quiet ("g_rw_lock", races (rw_locked, rw_locked, NULL, NULL));
  failed += quiet ("g_bit_lock", races (bit_locked, bit_locked, NULL, NULL));
  failed += quiet ("g_cond", races (cond_consumer, cond_producer, NULL, NULL));
  failed += quiet ("g_async_queue",
      races (queue_producer, queue_consumer, NULL, NULL));
  failed += quiet ("g_thread_pool", races (pool_user, pool_user, pool, pool));
  failed += quiet ("g_once_init", races (once_user, once_user, NULL, NULL));
  failed += quiet ("g_object_unref",
      races (object_user, object_user, shared, shared));

  failed += seen ("no lock", races (unlocked, unlocked, NULL, NULL));
  failed += seen ("one locks, one does not",
      races (mutex_locked, unlocked, &mutex, NULL));
  failed += seen ("two different locks",
      races (mutex_locked, mutex_locked, &mutex, &other_mutex));

  g_thread_pool_free (pool, FALSE, TRUE);
  g_async_queue_unref (queue);
  g_free (once_value);

  return failed ? 1 : 0;
}
