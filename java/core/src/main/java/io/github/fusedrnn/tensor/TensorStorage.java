package io.github.fusedrnn.tensor;

import io.github.fusedrnn.config.BackendKind;
import java.nio.FloatBuffer;

/**
 * A block of float32 memory on the host or on a device, behind one or more {@link io.github.fusedrnn.tensor.FloatTensor} views.
 * Offsets and counts are in elements. Callers have checked ranges and hold a use ({@link #acquire()}) while they call.
 */
public abstract class TensorStorage extends NativeResource {
    private final long floats;

    /**
     * A block of {@code floats} elements.
     *
     * @param label what messages call it
     * @param floats its size in elements
     * @param free gives the memory back; must not refer to this object
     */
    protected TensorStorage(String label, long floats, Runnable free) {
        super(label, free);
        this.floats = floats;
    }

    /** The backend whose memory this is. */
    public abstract BackendKind backend();

    /** Whether a plan of this backend can read and write the block. */
    public abstract boolean usableBy(BackendKind backend);

    /** Index of the device that has the block; −1 for memory of the host. */
    public int device() {
        return -1;
    }

    /** What messages call the memory's place. */
    public final String place() {
        return Allocator.place(backend(), device());
    }

    /** Waits until everything that was put in to be done with the device's memory is done; nothing to wait for on the host. */
    public void synchronize() {}

    /** Where the block starts, as native code sees it; 0 where native code cannot see it. */
    public abstract long address();

    /** Size in elements. */
    public final long floats() {
        return floats;
    }

    /** Copies all that remains of {@code from} into the block, starting at {@code offset}. */
    public abstract void write(long offset, FloatBuffer from);

    /** Fills all that remains of {@code to} from the block, starting at {@code offset}. */
    public abstract void read(long offset, FloatBuffer to);

    /** Copies {@code count} elements of an array into the block, starting at {@code offset}; memory on the host makes no garbage for it. */
    public void write(long offset, float[] from, int first, int count) {
        write(offset, FloatBuffer.wrap(from, first, count));
    }

    /** Copies {@code count} elements, starting at {@code offset}, into an array; memory on the host makes no garbage for it. */
    public void read(long offset, float[] to, int first, int count) {
        read(offset, FloatBuffer.wrap(to, first, count));
    }

    /** Sets {@code count} elements. */
    public abstract void fill(long offset, long count, float value);

    /** Copies {@code count} elements from another block; the ranges do not overlap. */
    public abstract void copy(long offset, TensorStorage from, long fromOffset, long count);

    /** One element. */
    public abstract float get(long offset);

    /** Sets one element. */
    public abstract void set(long offset, float value);
}
