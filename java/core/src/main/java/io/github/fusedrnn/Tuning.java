package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.internal.layer.TuningFile;
import io.github.fusedrnn.spi.Fingerprint;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.PlanChoices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How plans choose their schedule (CPU backend) or algorithm (cuDNN backend): by a rule, or by what was measured on this machine. On the CPU
 * every choice gives the same bits and only the time differs; cuDNN's algorithms round differently. {@link RecurrentLayer#explain()} says what
 * was chosen and why.
 *
 * <p>A measurement happens when a plan is made, that is in the first call of a size or in {@link RecurrentLayer#session}; it takes about a
 * quarter of a second, or some calls of the size where these take longer. What it finds is kept by shape, T, N, threads and instruction set or
 * device. With {@code products=openblas}, whose bits depend on the schedule, and on the reference there is nothing to choose.
 *
 * <p>Thread-safe: one object may serve any number of layers. To measure once and repeat the choices in every later start:
 *
 * <pre>{@code
 * Tuning tuning = Tuning.measuring();
 * try (Lstm lstm = Lstm.builder(64, 256).threads(2).tuning(tuning).build()) {
 *     lstm.session(1, 1, 2).close(); // each size that matters
 * }
 * tuning.save(file);
 * …
 * Lstm.builder(64, 256).threads(2).tuning(Tuning.load(file))
 * }</pre>
 */
public final class Tuning {
    /** By rule, from shape, cache sizes and threads: the default. Measures nothing. */
    public static final Tuning RULE = new Tuning(false, Map.of());

    private final boolean measuring;
    private final ConcurrentHashMap<String, MeasuredChoice> choices;

    private Tuning(boolean measuring, Map<String, MeasuredChoice> choices) {
        this.measuring = measuring;
        this.choices = new ConcurrentHashMap<>(choices);
    }

    /** Measures every plan that it does not know, and knows none yet. */
    public static Tuning measuring() {
        return new Tuning(true, Map.of());
    }

    /**
     * The choices that {@link #save} has written; the rule decides for plans that are not among them. See {@link #alsoMeasuring()}.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is no such file, damaged, or from another version of the library or another processor; says
     *     which
     * @throws FusedRnnException if the CPU backend, for which such files are, is not available here
     */
    public static Tuning load(Path file) throws IOException {
        return new Tuning(false, TuningFile.read(Checks.notNull("file", file), fingerprint()));
    }

    /** The same choices in a new object, which measures the plans that are not among them. */
    public Tuning alsoMeasuring() {
        return new Tuning(true, choices);
    }

    /**
     * Writes all choices known now to a text file, whole or not at all: a file that is there already stays as it was until the new one is
     * complete. {@link #load} takes it on the same processor with the same version of the library.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        TuningFile.write(Checks.notNull("file", file), fingerprint(), new TreeMap<>(choices));
    }

    /** Number of plans for which a measured choice is known. */
    public int size() {
        return choices.size();
    }

    private static Fingerprint fingerprint() {
        return BackendRegistry.open(BackendKind.CPU).fingerprint();
    }

    /** What a backend reads of it. */
    PlanChoices forBackend() {
        return this == RULE ? PlanChoices.RULE : new Known();
    }

    private final class Known implements PlanChoices {
        @Override
        public @Nullable MeasuredChoice find(String plan) {
            return choices.get(plan);
        }

        @Override
        public boolean measuring() {
            return measuring;
        }

        @Override
        public void keep(String plan, MeasuredChoice choice) {
            choices.putIfAbsent(plan, choice);
        }
    }
}
