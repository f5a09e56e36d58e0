package io.github.fusedrnn;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.internal.layer.CallArguments;
import io.github.fusedrnn.internal.layer.CurrentWeights;
import io.github.fusedrnn.internal.layer.CurrentWeights.Packed;
import io.github.fusedrnn.internal.layer.LayerWeights;
import io.github.fusedrnn.internal.layer.Workspaces;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.MeasuredAccuracy;
import io.github.fusedrnn.weights.ModelFingerprint;
import io.github.fusedrnn.weights.WeightLayout;
import io.github.fusedrnn.weights.Weights;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A stack of recurrent layers of one cell, with its weights, on one backend: what {@link Rnn}, {@link Lstm} and {@link Gru} share.
 *
 * <p>Shapes: sequences are {@code [T, N, C]} in and {@code [T, N, D*H]} out, time-major ({@code [N, T, ·]} if configured batch-major); with
 * projection H is P in outputs and h; with {@link Merge#SUM} the output is {@code [T, N, H]}. T and N may differ from call to call.
 *
 * <p>Lengths: an {@code int[N]} of valid steps per row, unsorted, zero allowed; null means that every row has T. Outputs past a row's length
 * are zero, its final state is that of its last valid step (its initial state if the length is 0), and what stands in the padding of x and
 * dy has no influence.
 *
 * <p>Threads: any number of threads may call a layer at once. Ownership: the layer owns its weights and plans; tensors, states, tapes and
 * gradients belong to the caller, who closes them. Everything a call gets must be this backend's memory ({@link #newTensor}).
 */
public abstract sealed class RecurrentLayer implements AutoCloseable permits Rnn, Lstm, Gru {
    private final RecurrentConfig config;
    private final Backend backend;
    private final RecurrentEngine engine;
    private final LayerWeights weights;
    private final CurrentWeights current;
    private final Workspaces workspaces;
    private final CallArguments arguments;
    private final List<String> notes;
    private final int threads;
    private final Precision precision;
    private final long dropoutSeed;
    private final AtomicLong dropoutCalls = new AtomicLong();
    private volatile boolean closed;

    RecurrentLayer(RecurrentBuilder<?> builder) {
        builder.checkOptions();
        this.config = builder.config();
        WeightLayout layout = WeightLayout.of(config);
        this.notes = new ArrayList<>();
        EngineOptions options = builder.engineOptions();
        this.backend = BackendRegistry.choose(builder.backend, builder.device, config, options, notes);
        this.engine = backend.engine(config, options);
        this.precision = builder.precision;
        this.threads = builder.threads;
        this.dropoutSeed = builder.dropoutSeed;
        this.arguments = new CallArguments(config, backend);
        this.workspaces = new Workspaces(engine, threads, builder.maxPlans);
        TensorStorage block = backend.allocate(layout.size(), "weights");
        try {
            builder.initialize(config, layout, block);
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
        this.weights = new LayerWeights(config, layout, block);
        this.current = new CurrentWeights(engine, weights, workspaces);
    }

    /** The full description of this layer. */
    public RecurrentConfig config() {
        return config;
    }

    /** The backend that runs this layer. */
    public BackendKind backend() {
        return backend.kind();
    }

    /** Index of the device that runs it; −1 on a backend that has none to choose from. */
    public int device() {
        return backend.device();
    }

    /** In which numbers it computes. */
    public Precision precision() {
        return precision;
    }

    /** What the last {@link io.github.fusedrnn.check.PrecisionCheck} found; null before one. */
    public @Nullable MeasuredAccuracy accuracy() {
        return weights.accuracy();
    }

    /** The canonical weights. */
    public Weights weights() {
        return weights;
    }

    /** A tensor of zeros in this backend's memory; the caller closes it. */
    public FloatTensor newTensor(long... dims) {
        return FloatTensor.allocate(backend, dims);
    }

    /** A tensor of zeros for inputs of {@code t} steps and {@code n} rows; the caller closes it. */
    public FloatTensor newInput(int t, int n) {
        return config.batchMajor() ? newTensor(n, t, config.inputSize()) : newTensor(t, n, config.inputSize());
    }

    /** A tensor of zeros for outputs of {@code t} steps and {@code n} rows; the caller closes it. */
    public FloatTensor newOutput(int t, int n) {
        return config.batchMajor() ? newTensor(n, t, config.outputSize()) : newTensor(t, n, config.outputSize());
    }

    /** Zero states of {@code n} rows, also for gradients of states; the caller closes them. */
    public RecurrentState newState(int n) {
        return RecurrentState.allocate(backend, config, n);
    }

    /** Zero gradients of all parameters; the caller closes them. */
    public Gradients newGradients() {
        return new Gradients(backend, weights.layout());
    }

    /**
     * Inference into the caller's memory. After the first call of a shape nothing is allocated, on the Java heap or natively.
     *
     * @param x input {@code [T, N, C]}, read only
     * @param lengths valid steps of each row, read only; null = T for all
     * @param stateIn initial states; null = zeros
     * @param y output {@code [T, N, D*H]}, overwritten; must not overlap anything else
     * @param stateOut final states, overwritten; null = not wanted; may be {@code stateIn} itself, else must not overlap anything
     * @throws IllegalArgumentException if a shape, a length, a memory or an overlap is wrong; names it
     * @throws IllegalStateException if something is closed, or an open tape leases what would be written
     */
    public void infer(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        checkOpen();
        arguments.check(x, lengths, stateIn, y, stateOut);
        run(arguments.steps(x), arguments.rows(x), lengths, x, stateIn, y, stateOut);
    }

    /** Inference of one time step, for cells: x {@code [N, C]}, y {@code [N, H or P]}; everything else as in {@link #infer}. */
    void step(FloatTensor x, @Nullable RecurrentState stateIn, FloatTensor y, @Nullable RecurrentState stateOut) {
        checkOpen();
        arguments.checkStep(x, stateIn, y, stateOut);
        run(1, (int) x.dim(0), null, x, stateIn, y, stateOut);
    }

    private void run(
            int t,
            int n,
            int @Nullable [] lengths,
            FloatTensor x,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        CallArguments.acquire(x, stateIn, y, stateOut);
        try {
            Packed packed = current.take(false);
            try {
                Plan plan = workspaces.takePlan(t, n, false, packed.weights());
                try {
                    plan.infer(packed.weights(), t, n, lengths, x, stateIn, y, stateOut);
                } finally {
                    workspaces.giveBack(plan);
                }
            } finally {
                packed.weights().drop();
            }
        } finally {
            CallArguments.release(x, stateIn, y, stateOut);
        }
    }

    /** Inference with zero initial states into new memory; the caller closes the result. */
    public RecurrentOutput infer(FloatTensor x) {
        return infer(x, null, null);
    }

    /** Inference into new memory; the caller closes the result. Arguments as in the other form. */
    public RecurrentOutput infer(FloatTensor x, int @Nullable [] lengths, @Nullable RecurrentState stateIn) {
        checkOpen();
        arguments.input(x);
        RecurrentOutput output = newOutputs(arguments.steps(x), arguments.rows(x));
        try {
            infer(x, lengths, stateIn, output.y(), output.state());
            return output;
        } catch (RuntimeException | Error e) {
            output.close();
            throw e;
        }
    }

    private RecurrentOutput newOutputs(int t, int n) {
        FloatTensor y = newOutput(t, n);
        try {
            return new RecurrentOutput(y, newState(n));
        } catch (RuntimeException | Error e) {
            y.close();
            throw e;
        }
    }

    /**
     * Inference with everything allocated up front, the packed weights too, for one latency-critical thread.
     *
     * @param maxT largest T of a call
     * @param maxN largest N of a call
     * @param maxThreads threads that work on a call, the caller's among them; idle ones park
     * @return a session, which the caller closes before the layer
     */
    public Session session(int maxT, int maxN, int maxThreads) {
        checkOpen();
        Checks.positive("maxT", maxT);
        Checks.positive("maxN", maxN);
        Checks.range("maxThreads", maxThreads, RecurrentBuilder.MAX_THREADS);
        Packed packed = current.take(false);
        try {
            return new Session(
                    engine.plan(maxT, maxN, maxThreads, false, packed.weights()), packed, current, arguments);
        } catch (RuntimeException | Error e) {
            packed.weights().drop();
            throw e;
        }
    }

    /**
     * A stateful stream that takes one step at a time.
     *
     * @return the stream, which the caller closes before the layer
     * @throws UnsupportedOperationException if the layer reads time backwards: a stream cannot look ahead
     */
    public RecurrentStream stream() {
        return stream(1);
    }

    /**
     * A stateful stream.
     *
     * @param longestChunk most time steps of one {@link RecurrentStream#advance(FloatTensor, FloatTensor)}
     * @return the stream, which the caller closes before the layer
     * @throws UnsupportedOperationException if the layer reads time backwards: a stream cannot look ahead
     */
    public RecurrentStream stream(int longestChunk) {
        return RecurrentStream.open(this, longestChunk);
    }

    /**
     * What tells this model from every other: a digest of its description and of its newest weights, the same on every backend. Computed once
     * for each version of the weights.
     */
    public ModelFingerprint fingerprint() {
        checkOpen();
        return weights.fingerprint();
    }

    /**
     * Forward for training, with the next dropout call number of this layer ({@link #dropoutCalls()}).
     *
     * @see #forward(FloatTensor, int[], RecurrentState, FloatTensor, RecurrentState, long)
     */
    public Tape forward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        // Before the number is taken: a refused call must not use one up.
        checkForward(x, lengths, stateIn, y, stateOut);
        return runForward(x, lengths, stateIn, y, stateOut, dropoutCalls.getAndIncrement());
    }

    /**
     * Forward for training: as {@link #infer}, with dropout between layers, and what backward needs is saved in the tape. Until it is closed
     * the tape leases x, y and the states: they can be read, not written or closed.
     *
     * @param stateOut as in {@link #infer}, but not {@code stateIn} itself, which backward reads
     * @param dropoutCall call number of the dropout mask, which is a function of (seed, call number, layer, t, n, unit)
     * @return the tape, which the caller closes
     * @throws UnsupportedOperationException if the backend does not train in the layer's {@link Precision}
     */
    public Tape forward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut,
            long dropoutCall) {
        checkForward(x, lengths, stateIn, y, stateOut);
        return runForward(x, lengths, stateIn, y, stateOut, dropoutCall);
    }

    private void checkForward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        checkOpen();
        Availability trains = engine.trains();
        if (!trains.available()) {
            throw new UnsupportedOperationException(trains.reason());
        }
        arguments.check(x, lengths, stateIn, y, stateOut);
        Checks.argument(
                stateOut == null || stateOut != stateIn,
                "stateOut",
                "the same as stateIn",
                "another state: backward reads stateIn");
    }

    private Tape runForward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut,
            long dropoutCall) {
        int t = arguments.steps(x);
        int n = arguments.rows(x);
        Reserve reserve = workspaces.takeReserve(t, n);
        TrainingCall call = new TrainingCall(
                t,
                n,
                lengths == null ? null : lengths.clone(),
                x,
                stateIn,
                y,
                stateOut,
                dropoutSeed,
                dropoutCall,
                reserve);
        boolean done = false;
        try {
            CallArguments.acquire(x, stateIn, y, stateOut);
            try {
                Packed packed = current.take(true);
                try {
                    Plan plan = workspaces.takePlan(t, n, true, packed.weights());
                    try {
                        plan.forward(packed.weights(), call);
                    } finally {
                        workspaces.giveBack(plan);
                    }
                    Tape tape = new Tape(this, call, packed);
                    done = true;
                    return tape;
                } finally {
                    if (!done) {
                        packed.weights().drop();
                    }
                }
            } finally {
                CallArguments.release(x, stateIn, y, stateOut);
            }
        } finally {
            if (!done) {
                workspaces.giveBack(reserve);
            }
        }
    }

    /** Number that the next forward without a call number takes for its dropout mask; part of a checkpoint. */
    public long dropoutCalls() {
        return dropoutCalls.get();
    }

    /** Sets {@link #dropoutCalls()}, to go on from a checkpoint. */
    public void setDropoutCalls(long next) {
        dropoutCalls.set(next);
    }

    /** Key of the dropout masks. */
    public long dropoutSeed() {
        return dropoutSeed;
    }

    /**
     * Publishes a whole new version of the weights: calls in flight end on the old one, the next see the new one, never a mixture. The new
     * version is packed before it is published, so that no call waits for it.
     *
     * @param values every parameter by canonical name, row-major; copied
     * @throws IllegalArgumentException if one is missing, unknown or of another size; names all of them
     */
    public void replaceWeights(Map<String, float[]> values) {
        checkOpen();
        weights.layout().check(values);
        TensorStorage block = backend.allocate(weights.layout().size(), "weights");
        boolean done = false;
        try {
            weights.layout()
                    .parameters()
                    .forEach(spec -> block.write(spec.offset(), FloatBuffer.wrap(values.get(spec.name()))));
            current.replace(block);
            done = true;
        } finally {
            if (!done) {
                block.close();
            }
        }
    }

    /** What runs this layer and why, and what it holds. */
    public Explanation explain() {
        return new Explanation(
                backend.kind(),
                engine.describe(),
                threads,
                workspaces.idlePlans(),
                current.bytes(),
                workspaces.idleBytes(),
                engine.determinism(),
                allNotes());
    }

    private List<String> allNotes() {
        if (precision == Precision.FLOAT32) {
            return notes;
        }
        List<String> all = new ArrayList<>(notes);
        MeasuredAccuracy known = weights.accuracy();
        if (known == null) {
            all.add("accuracy of " + precision + " not measured: PrecisionCheck.measure does it on these weights");
        } else if (known.weightsVersion() != weights.version()) {
            all.add("accuracy of " + known + "; the weights have changed since: measure again");
        } else {
            all.add("accuracy of " + known);
        }
        return all;
    }

    CallArguments arguments() {
        return arguments;
    }

    Workspaces workspaces() {
        return workspaces;
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the layer is closed");
        }
    }

    /**
     * Frees weights and plans; calls in flight end first. Open tapes and sessions must be closed by their owners. A second call does
     * nothing.
     *
     * @throws IllegalStateException inside {@link Weights#update}, or while another thread uses a view that an update gave out
     */
    @Override
    public void close() {
        weights.checkNotUpdating();
        closed = true;
        current.close();
        workspaces.close();
        weights.close();
    }
}
