package io.github.fusedrnn.stream;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Streams by id, without a box for each look-up: open addressing, linear probing, at most half full. One thread at a time. */
final class StreamIndex {
    private static final int SMALLEST = 64;

    private long[] ids = new long[SMALLEST];
    private @Nullable PooledStream[] streams = new @Nullable PooledStream[SMALLEST];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    PooledStream get(long id) {
        for (int i = home(id); ; i = next(i)) {
            PooledStream found = streams[i];
            if (found == null || ids[i] == id) {
                return found;
            }
        }
    }

    /** Adds a stream whose id is not there yet. */
    void add(PooledStream stream) {
        if (2 * (size + 1) > streams.length) {
            grow();
        }
        insert(stream);
        size++;
    }

    private void insert(PooledStream stream) {
        int i = home(stream.id);
        while (streams[i] != null) {
            i = next(i);
        }
        ids[i] = stream.id;
        streams[i] = stream;
    }

    private void grow() {
        @Nullable PooledStream[] old = streams;
        ids = new long[2 * old.length];
        streams = new @Nullable PooledStream[2 * old.length];
        for (PooledStream stream : old) {
            if (stream != null) {
                insert(stream);
            }
        }
    }

    /** Removes a stream if it is there. */
    void remove(long id) {
        int gap = home(id);
        while (streams[gap] != null && ids[gap] != id) {
            gap = next(gap);
        }
        if (streams[gap] == null) {
            return;
        }
        size--;
        // entries that were displaced past the gap move into it, so that probing may stop at the first empty slot
        for (int i = next(gap); streams[i] != null; i = next(i)) {
            int distance = (i - home(ids[i])) & (streams.length - 1);
            if (distance >= ((i - gap) & (streams.length - 1))) {
                ids[gap] = ids[i];
                streams[gap] = streams[i];
                gap = i;
            }
        }
        streams[gap] = null;
    }

    void forEach(Consumer<PooledStream> action) {
        for (PooledStream stream : streams) {
            if (stream != null) {
                action.accept(stream);
            }
        }
    }

    private int next(int i) {
        return (i + 1) & (streams.length - 1);
    }

    private int home(long id) {
        return (int) (spread(id) >>> 32) & (streams.length - 1);
    }

    /** Ids are often consecutive; this scatters them (the finaliser of SplitMix64). */
    static long spread(long id) {
        long z = (id ^ (id >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
