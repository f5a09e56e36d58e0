package io.github.fusedrnn.internal.checks;

/** How many threads a call may use where the code names no number. */
public final class ThreadSetting {
    /** The system property. */
    public static final String PROPERTY = "fusedrnn.threads";

    /** More are refused. */
    public static final int MOST = 1024;

    private ThreadSetting() {}

    /**
     * What the property says, else 1.
     *
     * @throws IllegalArgumentException if that is no number; its range is checked where it is used
     */
    public static int threads() {
        String value = System.getProperty(PROPERTY, "1");
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    PROPERTY + ": '" + value + "' (expected: an integer, 1 to " + MOST + ")", e);
        }
    }
}
