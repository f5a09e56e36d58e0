package io.github.fusedrnn.examples.training;

import io.github.fusedrnn.examples.cli.Progress;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.train.Speedometer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The loop around the steps of any training: progress and samples per second, checkpoints, the plot of the losses, and
 * Ctrl-C, which ends the loop at its next step, saves, and names the last checkpoint.
 *
 * <pre>{@code
 * try (TrainingRun run = new TrainingRun(spec, options, curve, "batches", done, total, model::save)) {
 *     while (run.proceed()) {
 *         ... one step ...
 *         run.step(samples, loss);
 *     }
 *     if (run.interrupted()) { return TrainingRun.INTERRUPTED; }
 * }
 * }</pre>
 *
 * <p>One thread at a time; the signal may come on any.
 */
public final class TrainingRun implements AutoCloseable {
    /** Exit code of a command interrupted by Ctrl-C, by the convention of shells. */
    public static final int INTERRUPTED = 130;

    /** How long Ctrl-C waits for the current step and its checkpoint. */
    private static final long STOP_TIMEOUT_SECONDS = 20;

    private static final long SAVE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Writes a checkpoint whole or not at all. */
    public interface Saver {
        void save(Path file) throws IOException;
    }

    private final TrainingOptions options;
    private final LossCurve curve;
    private final @Nullable Saver saver;
    private final Progress progress;
    private final Speedometer speed = new Speedometer();
    private final long total;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "training-stop");
    private final long first;
    private boolean stopped;
    private volatile boolean stopping;
    private volatile long steps;
    private volatile long savedAt = -1;
    private long savedNanos = System.nanoTime();

    /**
     * A training of {@code total} steps, of which {@code done} are done.
     *
     * @param saver writes a checkpoint of the moment between two steps; null = nothing can be saved
     */
    public TrainingRun(
            CommandSpec spec,
            TrainingOptions options,
            LossCurve curve,
            String unit,
            long done,
            long total,
            @Nullable Saver saver) {
        this.options = options;
        this.curve = curve;
        this.saver = saver;
        this.first = done;
        this.steps = done;
        this.total = total;
        if (options.resume() != null) {
            savedAt = done;
        }
        progress = Progress.start(spec, unit, total - done);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether to run another step; saves a checkpoint if one is due or Ctrl-C was pressed. */
    public boolean proceed() throws IOException {
        stopped |= stopping || steps - first >= options.stopAfter();
        if (stopped || System.nanoTime() - savedNanos > SAVE_NANOS) {
            save();
        }
        speed.start();
        return !stopped && steps < total;
    }

    /**
     * One step is done.
     *
     * @param samples examples of the step
     * @param loss of the step
     * @throws IllegalStateException if the loss is not finite: a later checkpoint would overwrite the last good one
     */
    public void step(long samples, double loss) {
        steps++;
        speed.add(samples);
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException(
                    "the loss is " + loss + " at step " + steps + ": a smaller learning rate may help");
        }
        progress.step(Texts.format("loss %.4f, %.0f samples/s", loss, speed.rate()));
    }

    /** Steps done so far, those before a resumed checkpoint among them. */
    public long steps() {
        return steps;
    }

    /** Samples and seconds of the steps alone, since the last reset. */
    public Speedometer speed() {
        return speed;
    }

    /** Prints a line of the command's output. */
    public void println(String line) {
        progress.println(line);
    }

    /** Adds a point to the plot. */
    public void point(String line, double x, double y) {
        curve.add(line, x, y);
    }

    /** Writes a checkpoint now, if --save names a file. */
    public void save() throws IOException {
        Path file = options.save();
        if (file != null && saver != null) {
            saver.save(file);
            savedAt = steps;
        }
        savedNanos = System.nanoTime();
    }

    /** Whether Ctrl-C, or {@code --stop-after}, ended the loop. */
    public boolean interrupted() {
        return stopped;
    }

    /** The shutdown hook, which runs beside the training; the process ends when it returns. */
    private void stop() {
        stopping = true;
        boolean inTime;
        try {
            inTime = ended.await(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            inTime = false;
        }
        System.err.println(interruptionMessage(inTime));
        System.err.flush();
    }

    /** The last line of an interrupted training. */
    public String interruptionMessage(boolean inTime) {
        @Nullable Path file = options.save();
        String where = "interrupted at step " + steps + " of " + total
                + (inTime ? "" : ", the step did not end within " + STOP_TIMEOUT_SECONDS + " s");
        if (saver == null) {
            return where + ": this part saves no checkpoint";
        }
        return file == null
                ? where + ": nothing was saved (--save FILE writes checkpoints)"
                : savedAt < 0
                        ? where + ": no checkpoint has been written yet to " + file
                        : where + ": the last complete checkpoint is that of step " + savedAt + ": " + file;
    }

    /** Ends the progress bar, writes the plot, and stops handling Ctrl-C. */
    @Override
    public void close() {
        try (progress) {
            Path file = options.curve();
            if (file != null && curve.write(file)) {
                progress.println("curve: " + file);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            ended.countDown();
            if (!stopping) {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                } catch (IllegalStateException e) {
                    // The process is already shutting down, and the hook no longer waits.
                }
            }
        }
    }
}
