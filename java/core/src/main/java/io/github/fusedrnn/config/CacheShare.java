package io.github.fusedrnn.config;

import java.util.Locale;

/**
 * How much of what a thread reads again and again has room in one level of memory. Levels are filled in turn, the first one first; what
 * else a call touches is not counted, so this is the most that can be there.
 *
 * @param level {@code L1}, {@code L2}, {@code L3} (the last cache, this thread's part of it) or {@code memory}
 * @param capacity bytes of that level for one thread; 0 for memory
 * @param percent of the bytes that find room there and not in the levels before, 0 to 100
 */
public record CacheShare(String level, long capacity, double percent) {
    @Override
    public String toString() {
        String share = String.format(Locale.ROOT, "%.0f%% in %s", percent, level);
        return capacity == 0 ? share : share + " (" + capacity / 1024 + " KiB)";
    }
}
