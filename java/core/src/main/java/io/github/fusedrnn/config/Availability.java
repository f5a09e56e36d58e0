package io.github.fusedrnn.config;

/**
 * Whether something can be had, and the sentence that says what was found or what is missing.
 *
 * @param available yes or no
 * @param reason one sentence; never empty
 */
public record Availability(boolean available, String reason) {
    /** Available, with what was found. */
    public static Availability yes(String found) {
        return new Availability(true, found);
    }

    /** Not available, with what is missing and what would help. */
    public static Availability no(String missing) {
        return new Availability(false, missing);
    }
}
