package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import org.jspecify.annotations.Nullable;

/**
 * What a pool was built with; {@link StreamPoolBuilder} says what each means.
 *
 * @param streams of all workers together
 * @param queue of all workers together
 */
record PoolSettings(
        RecurrentLayer layer,
        int workers,
        int streams,
        int largestBatch,
        long longestWaitNanos,
        int queue,
        long roomWaitNanos,
        @Nullable StreamStore store,
        long evictAfterNanos,
        StreamMetrics metrics) {

    /** Requests that may wait for one worker. */
    int queueOfWorker() {
        return Math.max(1, (queue + workers - 1) / workers);
    }

    /**
     * Rows of one worker. A hash spreads the ids over the workers, so their shares vary; eight standard deviations above the mean are enough for
     * each.
     */
    int streamsOfWorker() {
        if (workers == 1) {
            return streams;
        }
        double mean = (double) streams / workers;
        return (int) Math.min(streams, Math.ceil(mean + 8 * Math.sqrt(mean)));
    }
}
