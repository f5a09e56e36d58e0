package io.github.fusedrnn.examples.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** A progress bar on the error stream of a terminal, and the lines printed meanwhile; without a terminal only these. */
public final class Progress implements AutoCloseable {
    /** One column less than the usual terminal. */
    private static final int WIDTH = 79;

    private final PrintWriter out;
    private final @Nullable StatusLine line;
    private final @Nullable ProgressBar bar;

    private Progress(PrintWriter out, @Nullable StatusLine line, @Nullable ProgressBar bar) {
        this.out = out;
        this.line = line;
        this.bar = bar;
    }

    /** A bar of {@code total} steps of a command. */
    public static Progress start(CommandSpec spec, String task, long total) {
        PrintWriter out = spec.commandLine().getOut();
        if (!Terminal.attached()) {
            return new Progress(out, null, null);
        }
        StatusLine line = new StatusLine(System.err, WIDTH);
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(spec.name() + ": " + task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(line)
                .build();
        return new Progress(out, line, bar);
    }

    /** Advances by one step. */
    public void step(String message) {
        if (bar != null) {
            bar.step();
            bar.setExtraMessage(message);
        }
    }

    /** Prints a line of the command's output. */
    public void println(String text) {
        if (line != null) {
            line.println(out, text);
        } else {
            out.println(text);
            out.flush();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
