package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.dense.Grid;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.KernelCall;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.internal.math.DropoutMask;
import org.jspecify.annotations.Nullable;

/**
 * The mappings before, between and after the stages of a chain, by our own kernels: conversion of data types, reversal of time, the sum of two
 * directions, dropout masks. The caller holds the lock of the device's stream. One thread at a time.
 */
final class SequenceMaps {
    private static final int PARAMETERS = 20;
    private static final int CONVERT_PARAMETERS = 3;
    private static final int UNITS_OF_A_THREAD = 4;

    private final StreamOps ops;
    private final StageChain chain;
    private final RecurrentConfig config;
    private final MathMode math;
    private final CallShape shape;
    private final Scratch lengths;
    private final @Nullable KernelCall[] calls = new @Nullable KernelCall[Kind.values().length];
    private long sent;
    private @Nullable DropoutMask mask;

    SequenceMaps(StreamOps ops, StageChain chain, MathMode math, CallShape shape, Scratch lengths) {
        this.ops = ops;
        this.chain = chain;
        this.config = chain.config();
        this.math = math;
        this.shape = shape;
        this.lengths = lengths;
    }

    /** The data types that a kernel reads and writes: the caller's float32, or that of the stages. */
    private enum Kind {
        IN,
        WITHIN,
        OUT,
        OUTSIDE,
        NARROW,
        WIDEN
    }

    /** Whether our kernels can run on a device. */
    static Availability available(CudaDevice device) {
        return device.kernels().availability();
    }

    private KernelCall kernel(Kind kind) {
        KernelCall call = calls[kind.ordinal()];
        if (call == null) {
            String own = math.kernelName();
            call = switch (kind) {
                case IN -> map("f32", own);
                case WITHIN -> map(own, own);
                case OUT -> map(own, "f32");
                case OUTSIDE -> map("f32", "f32");
                case NARROW -> convert("f32", own);
                case WIDEN -> convert(own, "f32");
            };
            calls[kind.ordinal()] = call;
        }
        return call.start();
    }

    private KernelCall map(String from, String to) {
        return ops.device().kernels().call("fr_cuda_map_" + from + "_" + to, PARAMETERS);
    }

    private KernelCall convert(String from, String to) {
        return ops.device().kernels().call("fr_cuda_convert_" + from + "_" + to, CONVERT_PARAMETERS);
    }

    /** Whether the first stage cannot read the caller's x. */
    boolean mapsInput() {
        return chain.reverse() || math.isHalf();
    }

    /** Whether the last stage cannot write the caller's y. */
    boolean mapsOutput() {
        return chain.reverse() || chain.sum() || math.isHalf();
    }

    /** Copies the lengths to the device, where our kernels read them; before a call or a replay. */
    void sendLengths(boolean training) {
        boolean read = shape.uneven() && (training || chain.reverse());
        if (read && sent != shape.version()) {
            long to = lengths.atLeast((long) shape.lengths().length * Integer.BYTES);
            ops.device().staging().write(to, shape.lengths(), 0, shape.n());
            sent = shape.version();
        }
    }

    /** Sets the masks of a training call. */
    void mask(long seed, long call) {
        mask = chain.masked() ? new DropoutMask(config.dropout(), seed, call) : null;
    }

    /** Maps the caller's x to the first stage's input. */
    void input(long x, long to) {
        map(Kind.IN, x, to, config.inputSize(), 1, false, 1, chain.reverse(), -1);
    }

    /** Maps the output of stage {@code k} to the next one's input. */
    void between(int k, long from, long to) {
        map(Kind.WITHIN, from, to, config.outputSize(), parts(), chain.reverse(), 1, chain.reverse(), k);
    }

    /** Maps the last stage's output to the caller's y. */
    void output(long from, long y) {
        map(Kind.OUT, from, y, config.outputSize(), parts(), chain.reverse(), 1, false, -1);
    }

    /** Gradient of {@link #input}: maps the gradient of the first stage's input to that of x. */
    void inputGradient(long from, long dx) {
        map(Kind.OUT, from, dx, config.inputSize(), 1, chain.reverse(), 1, false, -1);
    }

    /** Gradient of {@link #between}. */
    void betweenGradient(int k, long from, long to) {
        map(Kind.WITHIN, from, to, config.outputSize(), 1, chain.reverse(), parts(), chain.reverse(), k);
    }

    /** Gradient of {@link #output}: maps the gradient of y to that of the last stage's output. */
    void outputGradient(long dy, long to) {
        map(Kind.IN, dy, to, config.outputSize(), 1, false, parts(), chain.reverse(), -1);
    }

    /** Clears the padding of a float32 sequence. */
    void clearPadding(long sequence, int width) {
        map(Kind.OUTSIDE, sequence, sequence, width, 1, false, 1, false, -1);
    }

    /** The halves of a stage's output that are summed. */
    private int parts() {
        return chain.sum() ? 2 : 1;
    }

    private void map(
            Kind kind,
            long from,
            long to,
            int units,
            int fromParts,
            boolean fromReversed,
            int toParts,
            boolean toReversed,
            int maskedLayer) {
        long fromWidth = (long) fromParts * units;
        long toWidth = (long) toParts * units;
        boolean batchMajor = config.batchMajor();
        DropoutMask drops = maskedLayer < 0 ? null : mask;
        long threads = shape.cells() * ((units + UNITS_OF_A_THREAD - 1) / UNITS_OF_A_THREAD);
        kernel(kind)
                .with(from)
                .with(to)
                .with(shape.uneven() && sent == shape.version() ? lengths.address() : 0L)
                .with((long) shape.t())
                .with((long) shape.n())
                .with((long) units)
                .with(batchMajor ? fromWidth : fromWidth * shape.n())
                .with(batchMajor ? fromWidth * shape.t() : fromWidth)
                .with(fromParts)
                .with(fromReversed ? 1 : 0)
                .with(batchMajor ? toWidth : toWidth * shape.n())
                .with(batchMajor ? toWidth * shape.t() : toWidth)
                .with(toParts)
                .with(toReversed ? 1 : 0)
                .with(drops == null ? 0 : 1)
                .with(drops == null ? 0 : (int) drops.key())
                .with(drops == null ? 0 : (int) (drops.key() >>> 32))
                .with(drops == null ? 0 : (int) drops.threshold())
                .with(drops == null ? 1f : drops.scale())
                .with(maskedLayer)
                .run(ops.stream(), Grid.elementwise(threads), Grid.THREADS);
    }

    /** Converts float32 to the data type of the stages. */
    void narrow(long from, long to, long count) {
        convert(Kind.NARROW, from, to, count);
    }

    /** Converts the data type of the stages to float32. */
    void widen(long from, long to, long count) {
        convert(Kind.WIDEN, from, to, count);
    }

    /** {@link #narrow} of states {@code [L*D, N, width]}; 0 = none. */
    void narrowStates(long from, long to, int width) {
        if (from != 0) {
            narrow(from, to, states(width));
        }
    }

    /** {@link #widen} of states {@code [L*D, N, width]}; 0 = none. */
    void widenStates(long from, long to, int width) {
        if (from != 0) {
            widen(from, to, states(width));
        }
    }

    private long states(int width) {
        return (long) config.stateLayers() * shape.n() * width;
    }

    private void convert(Kind kind, long from, long to, long count) {
        kernel(kind).with(from).with(to).with(count).run(ops.stream(), Grid.elementwise(count), Grid.THREADS);
    }

    /** Converts float32 to the data type of a packed copy, without a plan. */
    static void narrow(StreamOps ops, MathMode math, long from, long to, long count) {
        ops.device()
                .kernels()
                .call("fr_cuda_convert_f32_" + math.kernelName(), CONVERT_PARAMETERS)
                .with(from)
                .with(to)
                .with(count)
                .run(ops.stream(), Grid.elementwise(count), Grid.THREADS);
    }
}
