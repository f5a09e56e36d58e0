package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.StreamSnapshot;
import io.github.fusedrnn.config.RecurrentConfig;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams whose states are in the slab, in order of use; evicts them to the store and brings them back. Knows nothing of requests. One
 * thread at a time.
 */
final class ResidentStreams {
    /** The row of a stream that is not resident. */
    static final int NO_ROW = -1;

    /** How many streams are tried to free a row, if the store fails to save them. */
    private static final int EVICTION_ATTEMPTS = 4;

    /** What is known of a stream here. */
    static class Entry {
        final long id;
        int row = NO_ROW;
        long steps;
        private long lastUsed;

        /** The batch that used its row last, or that last failed to save it. */
        private long lastBatch;

        private @Nullable Entry moreRecent;
        private @Nullable Entry lessRecent;

        Entry(long id) {
            this.id = id;
        }
    }

    private final RecurrentLayer layer;
    private final RecurrentConfig config;
    private final StateSlab slab;
    private final @Nullable StreamStore store;
    private final long idleNanos;
    private final StreamMetrics metrics;
    private final LongConsumer onEvicted;
    private final int[] freeRows;
    private int freeCount;
    private @Nullable Entry mostRecent;
    private @Nullable Entry leastRecent;
    private long batch;
    private @Nullable Throwable lastUnsaved;

    /**
     * No streams yet.
     *
     * @param rows of the slab
     * @param onEvicted receives the id of each stream that was saved and has lost its row
     */
    ResidentStreams(PoolSettings settings, StateSlab slab, int rows, LongConsumer onEvicted) {
        this.layer = settings.layer();
        this.config = layer.config();
        this.slab = slab;
        this.store = settings.store();
        this.idleNanos = settings.evictAfterNanos();
        this.metrics = settings.metrics();
        this.onEvicted = onEvicted;
        this.freeRows = new int[rows];
        for (int i = 0; i < rows; i++) {
            freeRows[i] = rows - 1 - i;
        }
        this.freeCount = rows;
    }

    /** The streams that are admitted from now on belong to a new batch; none of them is evicted before the next one. */
    void beginBatch() {
        batch++;
        lastUnsaved = null;
    }

    /** Makes a stream resident: with the state that it has, that the store has, or the zero state. */
    void admit(Entry stream, long now) {
        if (stream.row != NO_ROW) {
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

    /** Sets a stream, resident or not, to the zero state. */
    void admitZero(Entry stream, long now) {
        takeRow(stream, now);
        slab.zero(stream.row);
        stream.steps = 0;
    }

    /** Sets a stream to the state of a snapshot; if the snapshot is refused, the stream stays as it was. */
    void restore(Entry stream, byte[] snapshot, long now) {
        StreamSnapshot parsed = StreamSnapshot.parse(snapshot);
        parsed.check(layer.fingerprint(), config);
        takeRow(stream, now);
        slab.write(stream.row, parsed.h(), parsed.c());
        stream.steps = parsed.steps();
    }

    /** The state of a resident stream. */
    byte[] snapshot(Entry stream) {
        return new StreamSnapshot(layer.fingerprint(), stream.steps, slab.h(stream.row), slab.c(stream.row)).toBytes();
    }

    /** Ends a stream; if the store fails, the stream stays as it was. */
    void remove(Entry stream) {
        // the store first: otherwise a failure would let the stream come back with the state that the store still has
        if (store != null) {
            store.remove(stream.id);
        }
        release(stream);
        stream.steps = 0;
    }

    private void takeRow(Entry stream, long now) {
        if (stream.row != NO_ROW) {
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
        for (int i = 0; i < EVICTION_ATTEMPTS; i++) {
            Entry oldest = leastRecent;
            // those of this batch are the most recent ones: from the first of them on there are no others
            if (oldest == null || oldest.lastBatch == batch) {
                break;
            }
            if (evict(oldest, now)) {
                return;
            }
        }
        throw new IllegalStateException(
                "streams: no row is free, and the store failed to save each stream that could be evicted", lastUnsaved);
    }

    private void release(Entry stream) {
        if (stream.row != NO_ROW) {
            unlink(stream);
            freeRows[freeCount++] = stream.row;
            stream.row = NO_ROW;
        }
    }

    /** When the next stream will have been idle for too long; {@link Long#MAX_VALUE} = never. */
    long nextEviction() {
        return leastRecent == null || idleNanos == Long.MAX_VALUE ? Long.MAX_VALUE : leastRecent.lastUsed + idleNanos;
    }

    /** The stream that has been idle for longest, if that is too long; else null. */
    @Nullable
    Entry idle(long now) {
        Entry oldest = leastRecent;
        return oldest == null || idleNanos == Long.MAX_VALUE || now - oldest.lastUsed < idleNanos ? null : oldest;
    }

    /**
     * Saves a stream and frees its row. If the store fails, the stream stays as if it had just been used: it is tried again when it is the least
     * recently used one once more.
     *
     * @return whether the row is free
     */
    boolean evict(Entry stream, long now) {
        if (store == null) {
            return false;
        }
        try {
            store.save(stream.id, snapshot(stream));
        } catch (RuntimeException | Error e) {
            metrics.storeFailed(stream.id, e);
            lastUnsaved = e;
            touch(stream, now);
            return false;
        }
        release(stream);
        onEvicted.accept(stream.id);
        metrics.evicted(stream.id);
        return true;
    }

    /** Saves every stream, at the end. */
    void saveAll() {
        for (Entry stream = leastRecent; store != null && stream != null; stream = stream.moreRecent) {
            try {
                store.save(stream.id, snapshot(stream));
            } catch (RuntimeException | Error e) {
                metrics.storeFailed(stream.id, e);
            }
        }
    }

    /** A stream was used. */
    void touch(Entry stream, long now) {
        // Without a store nothing is evicted, and the list would cost three cache misses per step.
        if (store != null && stream != mostRecent) {
            unlink(stream);
            link(stream, now);
        }
        stream.lastUsed = now;
        stream.lastBatch = batch;
    }

    private void link(Entry stream, long now) {
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

    private void unlink(Entry stream) {
        if (store == null) {
            return;
        }
        Entry more = stream.moreRecent;
        Entry less = stream.lessRecent;
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
