package io.github.fusedrnn.internal.memory;

import java.util.Locale;

/**
 * A bound of the bytes that may be held, set by a system property, and the one form of a refusal.
 *
 * @param property name of the system property
 * @param unbounded what bounds it where the property is absent or 0, such as "what the machine has"
 */
public record MemoryBound(String property, String unbounded) {
    /**
     * The bound in bytes; 0 = none. A value that is no number is refused, not taken for none.
     *
     * @throws IllegalArgumentException if the property's value is no number of bytes
     */
    public long bytes() {
        String value = System.getProperty(property);
        if (value == null) {
            return 0;
        }
        try {
            long bytes = Long.parseLong(value.strip());
            if (bytes >= 0) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                property + ": '" + value + "' (expected: a number of bytes, digits alone; 0 = " + unbounded + ")");
    }

    /** The bound for a report, which never fails: a value that is no number is printed as it is. */
    public String describe() {
        String value = System.getProperty(property);
        return value == null || value.strip().equals("0") ? unbounded : value.strip() + " bytes (" + property + ")";
    }

    /**
     * The text of a refusal.
     *
     * @param what for which memory was requested
     * @param bytes requested
     * @param free bytes that could be had; negative or {@link Long#MAX_VALUE} = unknown
     * @param why what bounds them
     */
    public static String refusal(String what, long bytes, long free, String why) {
        String known = free < 0 || free == Long.MAX_VALUE ? "an unknown number is" : free + " are";
        return String.format(Locale.ROOT, "%s: asked for %d bytes, %s free (%s)", what, bytes, known, why);
    }
}
