package io.github.fusedrnn.examples.cli;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Backend and threads of a command's layers. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public class LayerOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "KIND",
            description = "Backend: cpu, cudnn or reference; an error if it is not available. Default: the "
                    + "best available.")
    private @Nullable BackendKind backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads per call. Default: ${DEFAULT-VALUE}.")
    private int threads;

    /**
     * Checks the values, and sets the threads of the dense operations.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if the backend is not available, with the reason
     */
    public void check() {
        Arguments.requireThreads(spec, threads);
        Backends.dense(backend()).useThreads(threads);
    }

    /** Refuses an argument of the command: {@code name: value (expected: ...)}. */
    public final void require(boolean ok, String name, @Nullable Object value, String expected) {
        Arguments.require(spec, ok, name, value, expected);
    }

    /** Refuses a number below 1; null is an option that was not given. */
    public final void requirePositive(String name, @Nullable Integer value) {
        require(value == null || value >= 1, name, value, "an integer >= 1");
    }

    /** Refuses a learning rate that is not a positive number; null is an option that was not given. */
    public final void requireRate(String name, @Nullable Float value) {
        require(value == null || (value > 0 && value < Float.POSITIVE_INFINITY), name, value, "a number > 0");
    }

    /** Refuses a dropout probability outside [0, 1). */
    public final void requireDropout(String name, float value) {
        require(value >= 0 && value < 1, name, value, "0 <= P < 1");
    }

    public final BackendKind backend() {
        return backend != null ? backend : Backends.best();
    }

    public final int threads() {
        return threads;
    }

    /** A builder for a kind of cell, with the default backend and threads. */
    public static RecurrentBuilder<?> cell(CellKind cell, int inputSize, int hiddenSize) {
        return switch (cell) {
            case RNN -> Rnn.builder(inputSize, hiddenSize);
            case LSTM -> Lstm.builder(inputSize, hiddenSize);
            case GRU -> Gru.builder(inputSize, hiddenSize);
        };
    }

    /** A builder for a kind of cell, with the backend and threads of the command line. */
    public final RecurrentBuilder<?> layer(CellKind cell, int inputSize, int hiddenSize) {
        return cell(cell, inputSize, hiddenSize).backend(backend()).threads(threads);
    }

    public final <B extends RecurrentBuilder<B>> B apply(B builder) {
        return builder.backend(backend()).threads(threads);
    }
}
