package io.github.fusedrnn.examples;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** A progress bar on the error stream of a terminal; where there is no terminal, nothing at all. */
final class Progress implements AutoCloseable {
    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * A bar of {@code total} steps.
     *
     * @param spec of the command, whose output decides: a test's or a pipe's gets no bar
     */
    static Progress start(CommandSpec spec, String task, long total) {
        return new Progress(
                Terminal.attached()
                        ? new ProgressBarBuilder()
                                .setTaskName(spec.name() + ": " + task)
                                .setInitialMax(total)
                                .setStyle(ProgressBarStyle.ASCII)
                                .clearDisplayOnFinish()
                                .build()
                        : null);
    }

    /** One step further. */
    void step(String message) {
        if (bar != null) {
            bar.step();
            bar.setExtraMessage(message);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
