package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentOutput;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Random;

/** An LSTM, its input and a label of who runs it; checked against the reference before it is timed, so that no wrong answer is. */
final class LstmCase implements AutoCloseable {
    /** Relative to the largest output; what the library promises. */
    private static final double LIMIT = 2e-5;

    private final Lstm lstm;
    private final FloatTensor x;

    /**
     * Builds and checks a case.
     *
     * @param runner {@code packed} (our kernels), {@code openblas} (plain OpenBLAS products with our gate kernels: the baseline) or {@code reference}
     */
    LstmCase(String runner, Shape shape, int threads) {
        lstm = builder(shape, runner).threads(threads).build();
        x = lstm.newInput(shape.t(), shape.n());
        Random random = new Random(1);
        float[] values = new float[(int) x.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        x.copyFrom(values);
        check(shape, values);
    }

    private static Lstm.Builder builder(Shape shape, String runner) {
        Lstm.Builder builder =
                Lstm.builder(shape.c(), shape.h()).layers(shape.layers()).seed(1);
        return runner.equals("reference")
                ? builder.backend(BackendKind.REFERENCE)
                : builder.backend(BackendKind.CPU).cpuProducts(runner);
    }

    private void check(Shape shape, float[] values) {
        try (Lstm oracle = builder(shape, "reference").build();
                FloatTensor input = oracle.newInput(shape.t(), shape.n()).copyFrom(values);
                RecurrentOutput expected = oracle.infer(input);
                RecurrentOutput actual = lstm.infer(x)) {
            float[] want = expected.y().toArray();
            float[] got = actual.y().toArray();
            double worst = 0;
            double largest = 0;
            for (int i = 0; i < want.length; i++) {
                worst = Math.max(worst, Math.abs(want[i] - (double) got[i]));
                largest = Math.max(largest, Math.abs(want[i]));
            }
            if (!(worst <= LIMIT * largest)) {
                throw new IllegalStateException("wrong answer: off by " + worst + " of " + largest + " for " + shape);
            }
        }
    }

    Lstm lstm() {
        return lstm;
    }

    FloatTensor x() {
        return x;
    }

    @Override
    public void close() {
        x.close();
        lstm.close();
    }
}
