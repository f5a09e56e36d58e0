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
 * Which layer, and who runs it.
 *
 * @param cell the cell
 * @param shape sizes
 * @param runner {@code packed} (our kernels), {@code openblas} (plain OpenBLAS products with our gate kernels: the baseline), {@code reference},
 *     or what {@link #cudnn} makes
 * @param threads threads of a plan
 */
record LayerCase(CellKind cell, Shape shape, String runner, int threads) {
    /** Runner: the GPU, with an algorithm of cuDNN's or {@code auto}, with or without CUDA graphs. */
    static String cudnn(String algorithm, boolean graphs) {
        return "cudnn-" + algorithm + (graphs ? "-graphs" : "-calls");
    }

    /** The layer to be timed; the caller closes it. */
    RecurrentLayer layer() {
        return builder(runner).threads(threads).build();
    }

    /** The same layer, weights too, on the reference; the caller closes it. */
    RecurrentLayer reference() {
        return builder("reference").build();
    }

    private RecurrentBuilder<?> builder(String who) {
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
        if (who.startsWith("cudnn-")) {
            String[] wishes = who.split("-");
            return builder.backend(BackendKind.CUDNN).cudnnAlgorithm(wishes[1]).cudnnGraphs(wishes[2].equals("graphs"));
        }
        return who.equals("reference")
                ? builder.backend(BackendKind.REFERENCE)
                : builder.backend(BackendKind.CPU).cpuProducts(who);
    }

    /** Values in [-1, 1), the same each time. */
    static float[] uniform(long size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
