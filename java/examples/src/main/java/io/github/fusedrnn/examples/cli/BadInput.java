package io.github.fusedrnn.examples.cli;

/** Input that a command cannot use: one sentence for the user, and exit code 2. */
public final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BadInput(String sentence) {
        super(sentence);
    }

    public BadInput(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** Refuses a value: {@code name: value (expected: ...)}. */
    public static void check(boolean ok, String name, Object value, String expected) {
        if (!ok) {
            throw new BadInput(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
