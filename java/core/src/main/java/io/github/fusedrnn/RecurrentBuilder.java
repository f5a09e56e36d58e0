package io.github.fusedrnn;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.checks.ThreadSetting;
import io.github.fusedrnn.spi.CudnnOptions;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.Initializer;
import io.github.fusedrnn.weights.Initializers;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of {@link Rnn}, {@link Lstm} and {@link Gru} share. Not thread-safe; may build several layers. Values are checked when
 * the layer is built.
 *
 * @param <B> the builder itself
 */
public abstract sealed class RecurrentBuilder<B extends RecurrentBuilder<B>>
        permits Rnn.Builder, Lstm.Builder, Gru.Builder {
    /** The most threads that a call may be given. */
    public static final int MAX_THREADS = ThreadSetting.MOST;

    private static final int MAX_PLANS = 65_536;

    final RecurrentConfig.Builder config;

    @Nullable
    BackendKind backend;

    int device = -1;
    int threads = ThreadSetting.threads();
    int maxPlans = 2 * Runtime.getRuntime().availableProcessors();
    long dropoutSeed;
    private String cpuIsa = "auto";
    private String cpuProducts = "auto";
    private String cudnnAlgorithm = "auto";
    private boolean cudnnGraphs = true;
    private boolean cudnnDropout;
    private Tuning tuning = Tuning.RULE;
    Precision precision = Precision.FLOAT32;
    private Initializer initializer = Initializers.pytorchUniform();
    private long seed;
    private @Nullable Map<String, float[]> weights;

    RecurrentBuilder(RecurrentConfig.Builder config) {
        this.config = config;
    }

    /**
     * A builder of the cell that a description names, with all that it says set: for those who have a description from a file, or a layer
     * to make another one like. Backend, threads and weights remain to be chosen.
     */
    public static RecurrentBuilder<?> of(RecurrentConfig config) {
        return switch (config.cell()) {
            case RNN -> Rnn.builder(config);
            case LSTM -> Lstm.builder(config);
            case GRU -> Gru.builder(config);
        };
    }

    abstract B self();

    /**
     * The description alone.
     *
     * @throws IllegalArgumentException if a value, or a combination of values, is wrong; names it
     */
    public RecurrentConfig config() {
        return config.build();
    }

    /**
     * A new layer, which the caller closes.
     *
     * @throws IllegalArgumentException if a value or a combination is wrong
     * @throws UnsupportedOperationException if the backend chosen by hand cannot run it; names the feature and who can
     */
    public abstract RecurrentLayer build();

    /** Stacks {@code layers} layers; default 1. */
    public B layers(int layers) {
        config.layers(layers);
        return self();
    }

    /** Reads the sequence in both directions, outputs side by side ({@link Merge#CONCAT}). */
    public B bidirectional() {
        return bidirectional(Merge.CONCAT);
    }

    /** Reads the sequence in both directions. */
    public B bidirectional(Merge merge) {
        config.bidirectional(merge);
        return self();
    }

    /** Reading order; default {@link Direction#FORWARD}. */
    public B direction(Direction direction) {
        config.direction(direction);
        return self();
    }

    /** Whether the cells have their two bias vectors; default true. */
    public B bias(boolean bias) {
        config.bias(bias);
        return self();
    }

    /** Sequences are {@code [N, T, ·]} (true) or {@code [T, N, ·]} (false, default). */
    public B batchMajor(boolean batchMajor) {
        config.batchMajor(batchMajor);
        return self();
    }

    /** Drops elements between layers with this probability, in training; default 0. */
    public B dropout(float probability) {
        config.dropout(probability);
        return self();
    }

    /** Key of the dropout masks; default 0. */
    public B dropoutSeed(long dropoutSeed) {
        this.dropoutSeed = dropoutSeed;
        return self();
    }

    /** Bounds the absolute value that enters each gate's activation (ONNX {@code clip}); 0 = none, default. */
    public B gateClip(float bound) {
        config.gateClip(bound);
        return self();
    }

    /**
     * The activations of the gates, for the reverse direction too, in the order of {@link CellKind#activationSlots()}: RNN f; GRU f (r, z), g
     * (n); LSTM f (i, f, o), g (candidate), h (cell output). Default: σ for f (RNN: tanh), tanh for the others.
     */
    public B activations(Activation... activations) {
        config.activations(activations);
        return self();
    }

    /** The activations of the reverse direction of a bidirectional layer, where they differ. */
    public B reverseActivations(Activation... activations) {
        config.reverseActivations(activations);
        return self();
    }

    /** Runs on this backend or fails with the reason; default: system property {@value Backends#PROPERTY}, else the best present. */
    public B backend(BackendKind backend) {
        this.backend = Checks.notNull("backend", backend);
        return self();
    }

    /**
     * Runs on the GPU of this index, counted from 0, which also chooses the cuDNN backend; default: system property {@code
     * fusedrnn.cudnn.device}, else the first usable one. A layer's tensors must be of its device ({@link RecurrentLayer#newTensor}).
     */
    public B device(int index) {
        Checks.argument(index >= 0, "device", index, "an index >= 0");
        this.device = index;
        return self();
    }

    /**
     * Threads that may work on one call, the caller's among them, at most 1024; default system property {@code fusedrnn.threads}, else 1. A plan starts
     * them and parks them when idle; they never change a bit of the forward result on the CPU's own kernels.
     */
    public B threads(int threads) {
        this.threads = threads;
        return self();
    }

    /** Plans kept for later calls, at most 65,536; default twice the processors. More calls at once are served, their plans are not kept. */
    public B maxPlans(int maxPlans) {
        this.maxPlans = maxPlans;
        return self();
    }

    /**
     * CPU backend: the instruction set, {@code auto}, {@code plain}, {@code neon}, {@code avx2} or {@code avx512}. Default: system property
     * {@code fusedrnn.cpu.isa}, environment variable FUSEDRNN_ISA, else the best. One that this machine cannot run is an error.
     */
    public B cpuIsa(String isa) {
        this.cpuIsa = Checks.notNull("isa", isa);
        return self();
    }

    /**
     * CPU backend: who computes products, {@code auto}, {@code packed} (our kernels) or {@code openblas}. Default: system property {@code
     * fusedrnn.cpu.products}, else packed where there are vector kernels.
     */
    public B cpuProducts(String products) {
        this.cpuProducts = Checks.notNull("products", products);
        return self();
    }

    /**
     * cuDNN backend: the algorithm, {@code auto}, {@code standard}, {@code persist} (PERSIST_STATIC) or {@code smallh}
     * (PERSIST_STATIC_SMALL_H); default auto. One that a layer cannot have is an error; one that cuDNN refuses for a shape gives way to
     * standard, and {@link RecurrentLayer#explain()} says so.
     */
    public B cudnnAlgorithm(String algorithm) {
        this.cudnnAlgorithm = Checks.notNull("algorithm", algorithm);
        return self();
    }

    /** cuDNN backend: whether inference of a shape that comes again is replayed as a CUDA graph, with the same bits; default true. */
    public B cudnnGraphs(boolean graphs) {
        this.cudnnGraphs = graphs;
        return self();
    }

    /**
     * cuDNN backend: whether cuDNN draws the dropout masks itself; default false. Faster for a stack, but no other backend has these masks, and
     * the call number says nothing about them.
     */
    public B cudnnDropout(boolean own) {
        this.cudnnDropout = own;
        return self();
    }

    /**
     * How plans choose their schedule (CPU) or algorithm (cuDNN); default {@link Tuning#RULE}. On the CPU never changes a bit of a result.
     */
    public B tuning(Tuning tuning) {
        this.tuning = Checks.notNull("tuning", tuning);
        return self();
    }

    /**
     * In which numbers to compute; default {@link Precision#FLOAT32}. {@link #build} refuses what the backend has not got. On the CPU the
     * others serve inference alone, and {@link RecurrentLayer#forward} refuses training.
     */
    public B precision(Precision precision) {
        this.precision = Checks.notNull("precision", precision);
        return self();
    }

    /** How new weights are drawn; default {@link Initializers#pytorchUniform()}. */
    public B initializer(Initializer initializer) {
        this.initializer = Checks.notNull("initializer", initializer);
        return self();
    }

    /** Seed of the initialiser; default 0. The same seed gives the same weights on every backend. */
    public B seed(long seed) {
        this.seed = seed;
        return self();
    }

    /**
     * Starts with given weights instead of drawn ones.
     *
     * @param values every parameter by canonical name, row-major; copied when the layer is built
     */
    public B weights(Map<String, float[]> values) {
        this.weights = Map.copyOf(values);
        return self();
    }

    /** Refuses wrong values of what is no part of the description. */
    void checkOptions() {
        Checks.range("threads", threads, MAX_THREADS);
        Checks.range("maxPlans", maxPlans, MAX_PLANS);
    }

    EngineOptions engineOptions() {
        return new EngineOptions(
                cpuIsa,
                cpuProducts,
                precision,
                tuning.forBackend(),
                new CudnnOptions(cudnnAlgorithm, cudnnGraphs, cudnnDropout));
    }

    void initialize(RecurrentConfig config, WeightLayout layout, TensorStorage block) {
        Map<String, float[]> given = weights;
        if (given != null) {
            layout.check(given);
        }
        SplittableRandom random = new SplittableRandom(seed);
        layout.parameters().forEach(spec -> {
            float[] values = given == null ? null : given.get(spec.name());
            if (values == null) {
                Checks.argument(
                        spec.size() <= Integer.MAX_VALUE - 8,
                        spec.name(),
                        spec.size(),
                        "at most 2^31 - 9 elements in one parameter");
                values = staging(spec);
                initializer.fill(spec, config, random, values);
            }
            block.write(spec.offset(), FloatBuffer.wrap(values));
        });
    }

    private static float[] staging(ParameterSpec spec) {
        try {
            return new float[(int) spec.size()];
        } catch (OutOfMemoryError e) {
            throw new FusedRnnException(
                    spec.name() + ": drawing its values needs " + spec.size() * Float.BYTES
                            + " bytes of Java heap, and fewer are free (-Xmx raises the limit)",
                    e);
        }
    }
}
