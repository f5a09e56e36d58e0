package io.github.fusedrnn.peers;

import org.jspecify.annotations.Nullable;

/**
 * A worker's response, sent as one line of JSON.
 *
 * @param failure what failed; null on success
 * @param text the version of the library
 * @param value nanoseconds per call, or the error against the reference
 * @param latency percentiles of single calls
 */
record Response(@Nullable String failure, @Nullable String text, double value, @Nullable Latency latency) {
    static Response failed(String failure) {
        return new Response(failure, null, 0, null);
    }

    static Response text(String text) {
        return new Response(null, text, 0, null);
    }

    static Response value(double value) {
        return new Response(null, null, value, null);
    }

    static Response latency(Latency latency) {
        return new Response(null, null, 0, latency);
    }
}
