package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.internal.memory.FreeMemory;

/**
 * Decides before memory is taken whether there is enough. Linux promises more than it has and kills the process later, so malloc's answer
 * says nothing; what counts is {@code -Dfusedrnn.maxNativeBytes}, the cgroup's limit, and what the kernel calls available.
 */
public final class MemoryLimit {
    /** System property: bytes of native memory that FusedRNN may hold; 0 or absent = what the machine has. */
    public static final String PROPERTY = "fusedrnn.maxNativeBytes";

    /** Below this a request is not worth reading files of /proc for. */
    private static final long SMALL = 8L << 20;

    private static final int OUT_OF_MEMORY = 2; // FR_OUT_OF_MEMORY

    private MemoryLimit() {}

    /**
     * Refuses what cannot be met.
     *
     * @param bytes asked for
     * @param label what for
     * @throws FusedRnnException naming how many bytes were asked for and how many are free
     */
    public static void check(long bytes, String label) {
        long limit = limit();
        if (limit > 0) {
            long held = NativeApi.fr_live_bytes();
            if (bytes > limit - held) {
                throw refusal(
                        bytes,
                        label,
                        Math.max(0, limit - held),
                        PROPERTY + " = " + limit + ", of which " + held + " are held");
            }
        }
        if (bytes >= SMALL) {
            long free = freeBytes();
            if (bytes > free) {
                throw refusal(bytes, label, free, "of the machine's memory or the container's limit");
            }
        }
    }

    /** A value that cannot be read as a number must not pass for no limit. */
    private static long limit() {
        String value = System.getProperty(PROPERTY);
        if (value == null) {
            return 0;
        }
        try {
            long limit = Long.parseLong(value.strip());
            if (limit >= 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                PROPERTY + ": '" + value + "' (expected: a number of bytes, digits alone; 0 = what the machine has)");
    }

    /** What to throw when the system refused after all. */
    public static FusedRnnException refused(long bytes, String label) {
        return refusal(bytes, label, freeBytes(), "the system refused");
    }

    private static FusedRnnException refusal(long bytes, String label, long free, String why) {
        return new FusedRnnException(
                "fusedrnn",
                "allocate",
                OUT_OF_MEMORY,
                label + ": asked for " + bytes + " bytes, free are " + free + " (" + why + ")");
    }

    /** Bytes that could be taken now: the smaller of MemAvailable and what the cgroup leaves; Long.MAX_VALUE where neither can be read. */
    public static long freeBytes() {
        return FreeMemory.bytes();
    }
}
