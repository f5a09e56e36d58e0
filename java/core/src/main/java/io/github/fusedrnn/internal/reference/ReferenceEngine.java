package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.tensor.TensorStorage;
import org.jspecify.annotations.Nullable;

/** Runs one description on the {@link ReferenceNetwork}. Thread-safe. */
final class ReferenceEngine implements RecurrentEngine {
    private final ReferenceNetwork network;

    ReferenceEngine(RecurrentConfig config) {
        network = new ReferenceNetwork(config);
    }

    /** Weights widened to float64. They serve inference and training alike. */
    static final class Weights extends PackedWeights {
        final double[] block;

        Weights(double[] block, boolean training) {
            super("reference weights", training, () -> {});
            this.block = block;
        }

        @Override
        public long bytes() {
            return (long) block.length * Double.BYTES;
        }
    }

    /** What forward kept: the tape itself, on the Java heap. */
    static final class Kept implements Reserve {
        private final int maxT;
        private final int maxN;
        private final long bytes;

        @Nullable
        ReferenceTape tape;

        Kept(int maxT, int maxN, long bytes) {
            this.maxT = maxT;
            this.maxN = maxN;
            this.bytes = bytes;
        }

        @Override
        public int maxT() {
            return maxT;
        }

        @Override
        public int maxN() {
            return maxN;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void close() {
            tape = null;
        }
    }

    @Override
    public PackedWeights pack(TensorStorage canonical, boolean training) {
        double[] block = Doubles.read(canonical, 0, network.layout().size(), "weights");
        return new Weights(block, training);
    }

    @Override
    public Plan plan(int maxT, int maxN, int threads, boolean training, PackedWeights weights) {
        return new ReferencePlan(network, maxT, maxN, training);
    }

    @Override
    public Reserve reserve(int t, int n) {
        RecurrentConfig config = network.config();
        // about: a step of a row keeps its gates before and after their functions, and a few vectors of H beside them
        long step = (2L * config.gates() + 5) * config.hiddenSize() * Double.BYTES;
        return new Kept(t, n, config.stateLayers() * step * t * n);
    }

    @Override
    public String describe() {
        return "pure Java, float64, plain loops";
    }

    @Override
    public String determinism() {
        return "a row's result depends neither on the other rows of the batch nor on the threads; the same call gives the same bits";
    }
}
