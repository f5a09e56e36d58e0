package io.github.fusedrnn.examples.cli;

import java.io.Console;

/** Detects an interactive terminal. */
final class Terminal {
    private Terminal() {}

    /**
     * Whether input and output are a terminal. From Java 22 on there is a console without one, too, and {@code
     * Console.isTerminal}, which Java 17 lacks, distinguishes the two.
     */
    @SuppressWarnings("SystemConsoleNull")
    static boolean attached() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
