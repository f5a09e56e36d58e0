package io.github.fusedrnn.examples.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last line of a terminal, which a progress bar rewrites from a thread of its own, and the lines that are printed
 * above it. The consumers of the progress bar library assume that nothing else is printed, and overwrite other lines.
 */
final class StatusLine implements ProgressBarConsumer {
    private final PrintStream terminal;
    private final int width;
    private int shown;

    StatusLine(PrintStream terminal, int width) {
        this.terminal = terminal;
        this.width = width;
    }

    @Override
    public int getMaxRenderedLength() {
        return width;
    }

    @Override
    public synchronized void accept(String bar) {
        clear();
        terminal.print(bar);
        terminal.flush();
        shown = bar.length();
    }

    /** Prints a line above the status line, which the next update draws again. */
    synchronized void println(PrintWriter out, String line) {
        clear();
        out.println(line);
        out.flush();
    }

    @Override
    public synchronized void clear() {
        if (shown > 0) {
            terminal.print('\r' + " ".repeat(shown) + '\r');
            terminal.flush();
            shown = 0;
        }
    }

    @Override
    public synchronized void close() {
        clear();
    }
}
