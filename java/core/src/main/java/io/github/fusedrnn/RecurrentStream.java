package io.github.fusedrnn;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.CallArguments;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.tensor.TensorStorage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One sequence that comes in piece by piece: a layer with a state of its own, kept on the backend from step to step. T steps through a stream
 * give what one call over T steps gives, on the CPU backend's own kernels to the bit.
 *
 * <p>Everything is made and held in use when the stream is opened: plan, packed weights, state. A step crosses the boundary once, takes no
 * lock and allocates nothing. One thread at a time; a call while another one runs is refused. For thousands of streams there is
 * {@code StreamPool}, which batches them.
 *
 * <p>Weights: when the layer's weights change, the next step moves to the new ones and the state stays as it is; until then an idle stream
 * keeps the old packed copy alive. The fingerprint of snapshots is that of the newest weights, so snapshots from before the change are refused
 * after it. Closing the layer ends its streams: a later step is refused.
 */
public final class RecurrentStream implements AutoCloseable {
    private static final VarHandle BUSY;

    static {
        try {
            BUSY = MethodHandles.lookup().findVarHandle(RecurrentStream.class, "busy", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RecurrentLayer layer;
    private final RecurrentConfig config;
    private final Session session;
    private final CallArguments arguments;
    private final RecurrentState state;
    private final StreamBuffers buffers;
    private final int inputSize;
    private final int outputSize;
    private long steps;
    private boolean closed;

    @SuppressWarnings("unused") // through BUSY
    private volatile boolean busy;

    private RecurrentStream(RecurrentLayer layer, Session session, RecurrentState state, StreamBuffers buffers) {
        this.layer = layer;
        this.config = layer.config();
        this.session = session;
        this.arguments = layer.arguments();
        this.state = state;
        this.buffers = buffers;
        this.inputSize = config.inputSize();
        this.outputSize = config.outputSize();
        TensorAccess.storage(state).acquire(); // once, instead of at every step
    }

    static RecurrentStream open(RecurrentLayer layer, int longestChunk) {
        CallArguments.checkStreams(layer.config());
        Session session = layer.session(longestChunk, 1, 1);
        try {
            StreamBuffers buffers = new StreamBuffers(layer, longestChunk);
            try {
                return new RecurrentStream(layer, session, layer.newState(1), buffers);
            } catch (RuntimeException | Error e) {
                buffers.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /**
     * One time step.
     *
     * @param x input, C elements; read only
     * @param y output, H (with projection P) elements, overwritten; must not overlap x
     * @throws IllegalArgumentException if a size or a memory is wrong, or the two overlap
     * @throws IllegalStateException if this, the layer or a tensor is closed, or another thread is in a call
     */
    public void step(FloatTensor x, FloatTensor y) {
        enter();
        try {
            checkSize("x", x, inputSize);
            checkSize("y", y, outputSize);
            run(1, x, y);
        } finally {
            leave();
        }
    }

    /**
     * Several time steps, as many as x holds and at most as many as the stream was opened for.
     *
     * @param x input {@code [T, C]} (or {@code [T, 1, C]}, {@code [1, T, C]}), read only
     * @param y output {@code [T, H or P]}, likewise, overwritten; must not overlap x
     * @throws IllegalArgumentException if a size or a memory is wrong, or the two overlap
     * @throws IllegalStateException if this, the layer or a tensor is closed, or another thread is in a call
     */
    public void advance(FloatTensor x, FloatTensor y) {
        enter();
        try {
            long t = x.size() / inputSize;
            if (!isSequence(x, inputSize) || t > session.maxT()) {
                throw wrong(
                        "x",
                        x,
                        "[T, " + inputSize + "] with T <= " + session.maxT() + ", as the stream was opened for");
            }
            if (!isSequence(y, outputSize) || y.size() != t * outputSize) {
                throw wrong("y", y, "[" + t + ", " + outputSize + "]");
            }
            run((int) t, x, y);
        } finally {
            leave();
        }
    }

    private static boolean isSequence(FloatTensor tensor, int width) {
        int rank = tensor.rank();
        return tensor.dim(rank - 1) == width
                && (rank <= 2 || (rank == 3 && (tensor.dim(0) == 1 || tensor.dim(1) == 1)));
    }

    private void run(int t, FloatTensor x, FloatTensor y) {
        TensorStorage from = TensorAccess.storage(x);
        TensorStorage to = TensorAccess.storage(y);
        arguments.usable("x", from);
        arguments.usable("y", to);
        Checks.apart(y.overlaps(x), "y", "x");
        if (to == TensorAccess.storage(state) || from == TensorAccess.storage(state)) {
            throw Checks.wrong("x, y", "the stream's own state", "the caller's memory");
        }
        from.acquire();
        try {
            to.acquire();
            try {
                to.checkWritable("y");
                session.run(t, 1, null, x, state, y, state);
                steps += t;
            } finally {
                to.release();
            }
        } finally {
            from.release();
        }
    }

    /**
     * One time step on Java arrays: x is copied to the backend's memory, y back.
     *
     * @param x input, read from {@code xOffset} on: C elements
     * @param y output, written from {@code yOffset} on: H (with projection P) elements; may be x itself
     * @throws IndexOutOfBoundsException if an array is too short
     * @throws IllegalStateException if this or the layer is closed, or another thread is in a call
     */
    public void step(float[] x, int xOffset, float[] y, int yOffset) {
        advance(1, x, xOffset, y, yOffset);
    }

    /**
     * Several time steps on Java arrays, any number of them: what is longer than the stream was opened for runs in pieces.
     *
     * @param t T ≥ 1, time steps
     * @param x input {@code [T, C]} from {@code xOffset} on
     * @param y output {@code [T, H or P]} from {@code yOffset} on
     * @throws IndexOutOfBoundsException if an array is too short; before anything runs
     * @throws IllegalStateException if this or the layer is closed, or another thread is in a call
     */
    public void advance(int t, float[] x, int xOffset, float[] y, int yOffset) {
        enter();
        try {
            checkRange("x", x.length, xOffset, t, inputSize);
            checkRange("y", y.length, yOffset, t, outputSize);
            int done = 0;
            while (done < t) {
                int piece = Math.min(t - done, session.maxT());
                FloatTensor in = buffers.in(piece, x, xOffset + done * inputSize);
                FloatTensor out = buffers.out(piece);
                session.run(piece, 1, null, in, state, out, state);
                buffers.read(piece, y, yOffset + done * outputSize);
                steps += piece;
                done += piece;
            }
        } finally {
            leave();
        }
    }

    private static void checkRange(String name, int length, int offset, int t, int width) {
        Checks.positive("t", t);
        if (offset < 0 || offset > length - (long) t * width) {
            throw new IndexOutOfBoundsException(name + ": " + length + " elements, offset " + offset
                    + " (expected: room for " + t + " x " + width + " elements)");
        }
    }

    private static void checkSize(String name, FloatTensor tensor, int size) {
        if (tensor.size() != size) {
            throw wrong(name, tensor, size + " elements, one time step");
        }
    }

    private static IllegalArgumentException wrong(String name, FloatTensor tensor, String expected) {
        return Checks.wrong(name, Arrays.toString(tensor.dims()), expected);
    }

    /** Time steps since the zero state. */
    public long steps() {
        return steps;
    }

    /** Goes back to the zero state, before the first step. */
    public void reset() {
        enter();
        try {
            state.reset();
            steps = 0;
        } finally {
            leave();
        }
    }

    /**
     * Another stream of the same layer that goes on from the same state.
     *
     * @return the stream, which the caller closes
     */
    public RecurrentStream fork() {
        enter();
        try {
            RecurrentStream copy = open(layer, session.maxT());
            copy.state.copyFrom(state);
            copy.steps = steps;
            return copy;
        } finally {
            leave();
        }
    }

    /** The state as bytes, with the fingerprint of the model on its newest weights; {@link StreamSnapshot} says how they lie. */
    public byte[] snapshot() {
        enter();
        try {
            float[] h = state.h().toArray();
            float[] c = state.hasCellState() ? state.c().toArray() : new float[0];
            return new StreamSnapshot(layer.fingerprint(), steps, h, c).toBytes();
        } finally {
            leave();
        }
    }

    /**
     * Goes on from a snapshot of the same model, made on any backend and with any precision of the packed weights.
     *
     * @throws IllegalArgumentException if it is none, damaged, of another version or of another model; the state stays as it was
     */
    public void restore(byte[] snapshot) {
        enter();
        try {
            StreamSnapshot parsed = StreamSnapshot.parse(snapshot);
            parsed.check(layer.fingerprint(), config);
            state.h().copyFrom(parsed.h());
            if (state.hasCellState()) {
                state.c().copyFrom(parsed.c());
            }
            steps = parsed.steps();
        } finally {
            leave();
        }
    }

    /** What this stream's plan does and why. */
    public PlanExplanation explain() {
        return session.explain();
    }

    private void enter() {
        if (!BUSY.compareAndSet(this, false, true)) {
            throw new IllegalStateException("stream: another thread is in a call (expected: one thread at a time)");
        }
        if (closed) {
            leave();
            throw new IllegalStateException("stream is closed");
        }
    }

    private void leave() {
        BUSY.setRelease(this, false);
    }

    /**
     * Gives state, plan and the hold on the weights back; a second call does nothing.
     *
     * @throws IllegalStateException if another thread is in a call
     */
    @Override
    public void close() {
        if (!BUSY.compareAndSet(this, false, true)) {
            throw new IllegalStateException("stream: another thread is in a call and it cannot be closed now");
        }
        try {
            if (!closed) {
                closed = true;
                TensorAccess.storage(state).release();
                state.close();
                buffers.close();
                session.close();
            }
        } finally {
            leave();
        }
    }
}
