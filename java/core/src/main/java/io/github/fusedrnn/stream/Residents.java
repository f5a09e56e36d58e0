package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.StreamSnapshot;
import io.github.fusedrnn.config.RecurrentConfig;
import org.jspecify.annotations.Nullable;

/**
 * The streams that have a row of a slab, least recently used last, and their way to the store and back. Belongs to one worker.
 */
final class Residents {
    /** Evictions in a row, each a call of the store, before requests are looked at again. */
    private static final int EVICTIONS = 16;

    /** Streams that a stream without a row asks to make room, if the store refuses one after the other. */
    private static final int VICTIMS = 4;

    private final RecurrentLayer layer;
    private final RecurrentConfig config;
    private final StateSlab slab;
    private final PoolShard shard;
    private final @Nullable StreamStore store;
    private final long idleNanos;
    private final StreamMetrics metrics;
    private final int[] freeRows;
    private int freeCount;
    private @Nullable PooledStream mostRecent;
    private @Nullable PooledStream leastRecent;
    private long batch;
    private @Nullable Throwable lastUnsaved;

    Residents(PoolSettings settings, StateSlab slab, int rows, PoolShard shard) {
        this.layer = settings.layer();
        this.config = layer.config();
        this.slab = slab;
        this.shard = shard;
        this.store = settings.store();
        this.idleNanos = settings.evictAfterNanos();
        this.metrics = settings.metrics();
        this.freeRows = new int[rows];
        for (int i = 0; i < rows; i++) {
            freeRows[i] = rows - 1 - i;
        }
        this.freeCount = rows;
    }

    /** From now on streams are admitted to another batch; until the next, none of them loses its row. */
    void beginBatch() {
        batch++;
        lastUnsaved = null;
    }

    /** Sees to it that a stream has a row with its state: the one it has, the one that the store knows, or the zero state. */
    void admit(PooledStream stream, long now) {
        if (stream.row != PooledStream.NO_ROW) {
            touch(stream, now);
            return;
        }
        byte[] saved = store == null ? null : store.load(stream.id);
        if (saved == null) {
            admitZero(stream, now);
        } else {
            restore(stream, saved, now);
            metrics.restored(stream.id);
        }
    }

    /** Sets a stream, which may have had a row or not, to the zero state. */
    void admitZero(PooledStream stream, long now) {
        takeRow(stream, now);
        slab.zero(stream.row);
        stream.steps = 0;
    }

    /** Sets a stream to a snapshot's state; if that is refused, the stream stays as it was. */
    void restore(PooledStream stream, byte[] snapshot, long now) {
        StreamSnapshot parsed = StreamSnapshot.parse(snapshot);
        parsed.check(layer.fingerprint(), config);
        takeRow(stream, now);
        slab.write(stream.row, parsed.h(), parsed.c());
        stream.steps = parsed.steps();
    }

    /** The state of a stream that has a row. */
    byte[] snapshot(PooledStream stream) {
        return new StreamSnapshot(layer.fingerprint(), stream.steps, slab.h(stream.row), slab.c(stream.row)).toBytes();
    }

    /** Ends a stream; if the store refuses, the stream stays as it was. */
    void remove(PooledStream stream) {
        // the store first: a stream whose row is gone would come back with what the store still has
        if (store != null) {
            store.remove(stream.id);
        }
        release(stream);
        stream.steps = 0;
    }

    private void takeRow(PooledStream stream, long now) {
        if (stream.row != PooledStream.NO_ROW) {
            touch(stream, now);
            return;
        }
        if (freeCount == 0) {
            makeRoom(now);
        }
        stream.row = freeRows[--freeCount];
        link(stream, now);
    }

    private void makeRoom(long now) {
        if (store == null) {
            throw new IllegalStateException("streams: no row is free, and there is no store to evict to");
        }
        for (int i = 0; i < VICTIMS; i++) {
            PooledStream victim = leastRecent;
            // those of this batch are the most recent ones, so behind the first of them there are only more
            if (victim == null || victim.lastBatch == batch) {
                break;
            }
            try {
                evict(victim, store);
                return;
            } catch (RuntimeException | Error e) {
                metrics.storeFailed(victim.id, e);
                lastUnsaved = e;
                touch(victim, now);
            }
        }
        throw new IllegalStateException(
                "streams: no row is free, and the store could save none of those that might have left", lastUnsaved);
    }

    private void release(PooledStream stream) {
        if (stream.row != PooledStream.NO_ROW) {
            unlink(stream);
            freeRows[freeCount++] = stream.row;
            stream.row = PooledStream.NO_ROW;
        }
    }

    /** Saves a stream and takes its row. If it cannot be saved it stays. */
    private void evict(PooledStream stream, StreamStore to) {
        to.save(stream.id, snapshot(stream));
        release(stream);
        shard.forgetIfIdle(stream);
        metrics.evicted(stream.id);
    }

    /** When the next stream will have been idle for too long; {@link Long#MAX_VALUE} = never. */
    long nextEviction() {
        return leastRecent == null || idleNanos == Long.MAX_VALUE ? Long.MAX_VALUE : leastRecent.lastUsed + idleNanos;
    }

    /** Evicts some of the streams that have been idle for too long: one, and more only while no stream waits for the worker. */
    void evictIdle(long now) {
        if (store == null || idleNanos == Long.MAX_VALUE) {
            return;
        }
        for (int i = 0; i < EVICTIONS && (i == 0 || !shard.hasReady()); i++) {
            PooledStream oldest = leastRecent;
            if (oldest == null || now - oldest.lastUsed < idleNanos) {
                return;
            }
            if (shard.isScheduled(oldest)) {
                touch(oldest, now);
                continue;
            }
            try {
                evict(oldest, store);
            } catch (RuntimeException | Error e) {
                metrics.storeFailed(oldest.id, e);
                touch(oldest, now); // asked again when it has been idle for as long once more
            }
        }
    }

    /** Saves every stream, at the end. */
    void saveAll() {
        for (PooledStream stream = leastRecent; store != null && stream != null; stream = stream.moreRecent) {
            try {
                store.save(stream.id, snapshot(stream));
            } catch (RuntimeException | Error e) {
                metrics.storeFailed(stream.id, e);
            }
        }
    }

    private void touch(PooledStream stream, long now) {
        // Without a store nobody asks who was used last, and the list would cost a step three misses of the cache.
        if (store != null && stream != mostRecent) {
            unlink(stream);
            link(stream, now);
        }
        stream.lastUsed = now;
        stream.lastBatch = batch;
    }

    private void link(PooledStream stream, long now) {
        stream.lastUsed = now;
        stream.lastBatch = batch;
        if (store == null) {
            return;
        }
        stream.moreRecent = null;
        stream.lessRecent = mostRecent;
        if (mostRecent == null) {
            leastRecent = stream;
        } else {
            mostRecent.moreRecent = stream;
        }
        mostRecent = stream;
    }

    private void unlink(PooledStream stream) {
        if (store == null) {
            return;
        }
        PooledStream more = stream.moreRecent;
        PooledStream less = stream.lessRecent;
        if (more == null) {
            mostRecent = less;
        } else {
            more.lessRecent = less;
        }
        if (less == null) {
            leastRecent = more;
        } else {
            less.moreRecent = more;
        }
        stream.moreRecent = null;
        stream.lessRecent = null;
    }
}
