package io.github.fusedrnn.examples;

/** What a command was given cannot be used: one sentence for the person who gave it, and exit code 2. */
final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadInput(String sentence) {
        super(sentence);
    }

    BadInput(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** Refuses a value: {@code name: value (expected: ...)}. */
    static void check(boolean ok, String name, Object value, String expected) {
        if (!ok) {
            throw new BadInput(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
