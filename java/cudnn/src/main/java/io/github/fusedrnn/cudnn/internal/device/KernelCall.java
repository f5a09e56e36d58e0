package io.github.fusedrnn.cudnn.internal.device;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import java.nio.ByteBuffer;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;

/**
 * A kernel and memory for its arguments, which are set in order before each {@link #run}. Allocates only when it is created. Not thread-safe: the
 * caller holds the lock of the stream.
 */
public final class KernelCall {
    private final String name;
    private final CUfunc_st function;
    private final int parameters;
    private final HostBlock memory;
    private final ByteBuffer values;
    private final PointerSpan pointers;
    private final PointerSpan none = new PointerSpan();
    private int given;

    KernelCall(String name, CUfunc_st function, int parameters) {
        this.name = name;
        this.function = function;
        this.parameters = parameters;
        // A slot of 8 bytes for each value, then a pointer to each: CUDA copies as many bytes of a slot as the
        // parameter has.
        this.memory = new HostBlock(2 * parameters * Long.BYTES);
        this.values = memory.bytes();
        for (int i = 0; i < parameters; i++) {
            values.putLong((parameters + i) * Long.BYTES, memory.address() + (long) i * Long.BYTES);
        }
        this.pointers = new PointerSpan(memory.address() + (long) parameters * Long.BYTES);
    }

    /** Discards the arguments of an unfinished call; returns this. */
    public KernelCall start() {
        given = 0;
        return this;
    }

    /** The next argument: a device address, or an integer of 64 bits. */
    public KernelCall with(long value) {
        values.putLong(next(), value);
        return this;
    }

    /** The next argument: an integer of 32 bits. */
    public KernelCall with(int value) {
        values.putInt(next(), value);
        return this;
    }

    /** The next argument. */
    public KernelCall with(float value) {
        values.putFloat(next(), value);
        return this;
    }

    private int next() {
        if (given == parameters) {
            throw new IllegalStateException(name + ": more than " + parameters + " arguments");
        }
        return given++ * Long.BYTES;
    }

    /**
     * Enqueues the kernel on a stream.
     *
     * @param blocks of the grid, along x
     * @param threads of a block
     */
    public void run(CudaStream stream, long blocks, int threads) {
        run(stream.handle(), blocks, threads);
    }

    /** The same on a stream that is not a device's own, such as one that is being captured. */
    public void run(CUstream_st stream, long blocks, int threads) {
        int all = given;
        given = 0;
        if (all != parameters) {
            throw new IllegalStateException(name + ": " + all + " arguments (expected: " + parameters + ")");
        }
        CudaStatus.check(
                cudart.cuLaunchKernel(
                        function, Math.toIntExact(blocks), 1, 1, threads, 1, 1, 0, stream, pointers, none),
                "cuLaunchKernel");
    }
}
