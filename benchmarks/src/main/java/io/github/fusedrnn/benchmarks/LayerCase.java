package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import java.util.Random;

/**
 * A layer and the implementation that runs it.
 *
 * @param cell the cell
 * @param shape sizes
 * @param runner {@code packed} (our kernels), {@code openblas} (plain OpenBLAS products with our gate kernels: the baseline), {@code reference},
 *     or a value of {@link #cudnn}
 * @param threads threads of a plan
 */
record LayerCase(CellKind cell, Shape shape, String runner, int threads) {
    /** The runner on a GPU, with one of cuDNN's algorithms or {@code auto}, with or without CUDA graphs. */
    static String cudnn(String algorithm, boolean graphs) {
        return "cudnn-" + algorithm + (graphs ? "-graphs" : "-calls");
    }

    /** The layer to time; the caller closes it. */
    RecurrentLayer layer() {
        return builder(runner).threads(threads).build();
    }

    /** The same layer with the same weights on the reference backend; the caller closes it. */
    RecurrentLayer reference() {
        return builder("reference").build();
    }

    private RecurrentBuilder<?> builder(String implementation) {
        RecurrentBuilder<?> builder =
                switch (cell) {
                    case LSTM -> Lstm.builder(shape.c(), shape.h());
                    case GRU -> Gru.builder(shape.c(), shape.h());
                    case RNN -> Rnn.builder(shape.c(), shape.h());
                };
        builder.layers(shape.layers()).seed(1);
        if (shape.directions() == 2) {
            builder.bidirectional();
        }
        if (implementation.startsWith("cudnn-")) {
            String[] options = implementation.split("-");
            return builder.backend(BackendKind.CUDNN)
                    .cudnnAlgorithm(options[1])
                    .cudnnGraphs(options[2].equals("graphs"));
        }
        return implementation.equals("reference")
                ? builder.backend(BackendKind.REFERENCE)
                : builder.backend(BackendKind.CPU).cpuProducts(implementation);
    }

    /** Values in [-1, 1), the same in every run. */
    static float[] uniform(long size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
