package io.github.fusedrnn.stream;

import org.jspecify.annotations.Nullable;

/**
 * One stream of a pool. Its queue and whether it is scheduled are guarded by its shard; its row, its steps and its place among the residents
 * belong to the shard's worker.
 */
final class PooledStream {
    /** No row: not yet one, or evicted. */
    static final int NO_ROW = -1;

    final long id;

    /** Its requests, oldest first; the first one stays until it is answered. */
    @Nullable
    PoolRequest head;

    private @Nullable PoolRequest tail;

    /** Ready to be stepped, or being stepped. */
    boolean scheduled;

    @Nullable
    PooledStream nextReady;

    int row = NO_ROW;
    long steps;

    long lastUsed;

    /** The batch that its row was last used in, or that last failed to save it. */
    long lastBatch;

    @Nullable
    PooledStream moreRecent;

    @Nullable
    PooledStream lessRecent;

    PooledStream(long id) {
        this.id = id;
    }

    void append(PoolRequest request) {
        request.next = null;
        if (tail == null) {
            head = request;
        } else {
            tail.next = request;
        }
        tail = request;
    }

    /** The oldest request of a stream that is scheduled. */
    PoolRequest first() {
        PoolRequest first = head;
        if (first == null) {
            throw new IllegalStateException("stream " + id + " has no request");
        }
        return first;
    }

    /** Takes the oldest request out. */
    PoolRequest poll() {
        PoolRequest first = first();
        head = first.next;
        if (head == null) {
            tail = null;
        }
        first.next = null;
        return first;
    }
}
