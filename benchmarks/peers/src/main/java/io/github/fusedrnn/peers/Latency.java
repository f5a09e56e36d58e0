package io.github.fusedrnn.peers;

/**
 * Latency of single calls in microseconds, including the 25 ns of reading the clock.
 *
 * @param calls number of calls
 * @param p50 the median
 * @param p99 99th percentile
 * @param p999 99.9th percentile
 */
record Latency(long calls, double p50, double p99, double p999) {}
