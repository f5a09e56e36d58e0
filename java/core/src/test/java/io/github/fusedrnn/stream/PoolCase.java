package io.github.fusedrnn.stream;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentStream;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Inputs by stream and step, and what comes of them without a pool. */
final class PoolCase {
    static final int C = 3;
    static final int H = 5;

    private PoolCase() {}

    static Lstm lstm() {
        return Lstm.builder(C, H).seed(1).build();
    }

    static float[] x(long stream, long step) {
        Random random = new Random(stream * 1_000_003 + step);
        float[] x = new float[C];
        for (int i = 0; i < C; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
        return x;
    }

    /** Outputs of a stream on its own. */
    static float[][] alone(RecurrentLayer layer, long stream, int steps) {
        float[][] y = new float[steps][layer.config().outputSize()];
        try (RecurrentStream single = layer.stream()) {
            for (int t = 0; t < steps; t++) {
                single.step(x(stream, t), 0, y[t], 0);
            }
        }
        return y;
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    static Throwable failure(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            return e.getCause();
        }
        throw new AssertionError("the stage did not fail");
    }
}
