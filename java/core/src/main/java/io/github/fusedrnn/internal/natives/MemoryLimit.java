package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.internal.memory.FreeMemory;
import io.github.fusedrnn.internal.memory.MemoryBound;

/**
 * Decides before memory is taken whether there is enough. Linux promises more than it has and kills the process later, so malloc's answer
 * says nothing; what counts is {@code -Dfusedrnn.maxNativeBytes}, the cgroup's limit, and what the kernel calls available.
 */
public final class MemoryLimit {
    /** System property: bytes of native memory that FusedRNN may hold; 0 or absent = what the machine has. */
    public static final String PROPERTY = "fusedrnn.maxNativeBytes";

    private static final MemoryBound BOUND = new MemoryBound(PROPERTY, "what the machine has");

    /** Below this a request is not worth reading files of /proc for. */
    private static final long SMALL = 8L << 20;

    private static final int OUT_OF_MEMORY = 2; // FR_OUT_OF_MEMORY

    private MemoryLimit() {}

    /**
     * Refuses a request that cannot be met.
     *
     * @param bytes requested
     * @param label what for
     * @throws FusedRnnException naming how many bytes were requested and how many are free
     */
    public static void check(long bytes, String label) {
        long limit = BOUND.bytes();
        if (limit > 0) {
            long held = NativeApi.fr_live_bytes();
            if (bytes > limit - held) {
                throw refusal(
                        bytes, label, Math.max(0, limit - held), PROPERTY + " = " + limit + ", " + held + " held");
            }
        }
        if (bytes >= SMALL) {
            long free = freeBytes();
            if (bytes > free) {
                throw refusal(bytes, label, free, "of the machine's memory or the container's limit");
            }
        }
    }

    /** The limit for a report. */
    public static String describe() {
        return BOUND.describe();
    }

    /** What to throw when the system refused after all. */
    public static FusedRnnException refused(long bytes, String label) {
        return refusal(bytes, label, freeBytes(), "the system refused");
    }

    private static FusedRnnException refusal(long bytes, String label, long free, String why) {
        return new FusedRnnException(
                "fusedrnn", "allocate", OUT_OF_MEMORY, MemoryBound.refusal(label, bytes, free, why));
    }

    /** Bytes that could be taken now: the smaller of MemAvailable and what the cgroup leaves; Long.MAX_VALUE where neither can be read. */
    public static long freeBytes() {
        return FreeMemory.bytes();
    }
}
