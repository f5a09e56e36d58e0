package io.github.fusedrnn.tensor;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.door.Doors;
import io.github.fusedrnn.internal.door.TensorDoor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.ServiceLoader;

/**
 * Float32 memory outside the Java heap, with dimensions and an explicit owner. Row-major, last index fastest, contiguous.
 *
 * <p>Who creates a tensor closes it. {@link #slice} and {@link #reshape} give views, which never own: closing a view does nothing, and a
 * view of a closed tensor is closed. More than 2 GiB is allowed; sizes and offsets are in elements unless said otherwise.
 *
 * <p>Dimensions never change, and any thread may read or write elements; who does both at once orders it. Each method throws
 * {@link IllegalStateException} after {@link #close()}, and methods that write do so while an open {@link io.github.fusedrnn.Tape} leases
 * the memory.
 */
public final class FloatTensor implements AutoCloseable {
    static {
        Doors.open(new Door());
    }

    private final TensorStorage storage;
    private final long offset;
    private final long size;
    private final long[] dims;
    private final boolean owner;

    private FloatTensor(TensorStorage storage, long offset, long size, long[] dims, boolean owner) {
        this.storage = storage;
        this.offset = offset;
        this.size = size;
        this.dims = dims;
        this.owner = owner;
    }

    /**
     * A tensor of zeros in the memory of the best backend present.
     *
     * @param dims its dimensions, each ≥ 1
     * @throws IllegalArgumentException if a dimension is not positive or their product overflows
     * @throws io.github.fusedrnn.config.FusedRnnException if there is not that much memory; says how much was asked for and is free
     */
    public static FloatTensor allocate(long... dims) {
        return allocate(Default.ALLOCATORS.best(), dims);
    }

    /** As {@link #allocate(long...)}, in the memory of a given backend; CPU and REFERENCE layers both read CPU memory. */
    public static FloatTensor allocate(BackendKind backend, long... dims) {
        return allocate(Default.ALLOCATORS.of(backend), dims);
    }

    /** As {@link #allocate(long...)}, in the memory of a given allocator. */
    public static FloatTensor allocate(Allocator backend, long... dims) {
        long size = sizeOf("dims", dims);
        TensorStorage storage = backend.allocate(size, "tensor " + Arrays.toString(dims));
        return new FloatTensor(storage, 0, size, dims.clone(), true);
    }

    /**
     * A tensor of {@code values} in the memory of the best backend present.
     *
     * @param values copied; as many as the product of {@code dims}
     */
    public static FloatTensor of(float[] values, long... dims) {
        long size = sizeOf("dims", dims);
        Checks.argument(
                values.length == size, "values", values.length + " elements", size + " for " + Arrays.toString(dims));
        FloatTensor tensor = allocate(dims);
        tensor.copyFrom(values);
        return tensor;
    }

    /**
     * A view of a range of a block that somebody else owns.
     *
     * @param offset of the first element in the block
     */
    static FloatTensor view(TensorStorage storage, long offset, long... dims) {
        long size = sizeOf("dims", dims);
        Checks.argument(
                offset >= 0 && offset <= storage.floats() - size,
                "offset",
                offset,
                "a range inside " + storage.floats() + " elements");
        return new FloatTensor(storage, offset, size, dims.clone(), false);
    }

    private static long sizeOf(String name, long[] dims) {
        Checks.argument(dims.length >= 1, name, "[]", "at least one dimension");
        long size = 1;
        for (long d : dims) {
            Checks.argument(d >= 1, name, Arrays.toString(dims), "every dimension >= 1");
            Checks.argument(
                    Long.MAX_VALUE / Float.BYTES / d >= size, name, Arrays.toString(dims), "a product below 2^61");
            size *= d;
        }
        return size;
    }

    /** The dimensions, a copy. */
    public long[] dims() {
        return dims.clone();
    }

    /**
     * Dimension {@code i}, from 0.
     *
     * @throws IllegalArgumentException if there is no such dimension
     */
    public long dim(int i) {
        if (i < 0 || i >= dims.length) {
            throw Checks.wrong("i", i, "0 <= i < rank = " + dims.length + " of " + Arrays.toString(dims));
        }
        return dims[i];
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Number of elements. */
    public long size() {
        return size;
    }

    /** The backend in whose memory the elements are. */
    public BackendKind backend() {
        return storage.backend();
    }

    /** The block behind this tensor. */
    TensorStorage storage() {
        return storage;
    }

    /** Whether this and {@code other} share an element. */
    public boolean overlaps(FloatTensor other) {
        return storage == other.storage && offset < other.offset + other.size && other.offset < offset + size;
    }

    /**
     * Waits until everything that calls have put in to be done with this memory is done. On a device, calls return when their work has been put
     * in; what reads elements waits by itself. On the host there is nothing to wait for.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if something went wrong on the device meanwhile
     */
    public void synchronize() {
        storage.acquire();
        try {
            storage.synchronize();
        } finally {
            storage.release();
        }
    }

    /** Whether the memory has been given back. */
    public boolean isClosed() {
        return storage.isClosed();
    }

    /**
     * A view of the same elements with other dimensions.
     *
     * @throws IllegalArgumentException if the product differs
     */
    public FloatTensor reshape(long... newDims) {
        long newSize = sizeOf("newDims", newDims);
        Checks.argument(
                newSize == size,
                "newDims",
                Arrays.toString(newDims),
                "a product of " + size + ", as " + Arrays.toString(dims));
        return new FloatTensor(storage, offset, size, newDims.clone(), false);
    }

    /** A view of {@code count} indices of the first dimension, from {@code first} on. */
    public FloatTensor slice(long first, long count) {
        Checks.argument(
                count >= 1 && first >= 0 && first <= dims[0] - count,
                "slice",
                first + " + " + count,
                "a range inside [0, " + dims[0] + ")");
        long row = size / dims[0];
        long[] newDims = dims.clone();
        newDims[0] = count;
        return new FloatTensor(storage, offset + first * row, count * row, newDims, false);
    }

    /** Element {@code index} in row-major order. */
    public float get(long index) {
        checkRange("index", index, 1);
        storage.acquire();
        try {
            return storage.get(offset + index);
        } finally {
            storage.release();
        }
    }

    /** Sets element {@code index} in row-major order. */
    public void set(long index, float value) {
        checkRange("index", index, 1);
        startWrite();
        try {
            storage.set(offset + index, value);
        } finally {
            storage.release();
        }
    }

    /** Sets every element. */
    public void fill(float value) {
        startWrite();
        try {
            storage.fill(offset, size, value);
        } finally {
            storage.release();
        }
    }

    /**
     * Copies an array of exactly {@link #size()} elements in.
     *
     * @return this
     */
    public FloatTensor copyFrom(float[] values) {
        Checks.argument(
                values.length == size, "values", values.length + " elements", size + " for " + Arrays.toString(dims));
        startWrite();
        try {
            storage.write(offset, values, 0, values.length);
        } finally {
            storage.release();
        }
        return this;
    }

    /** Copies what remains of a buffer, exactly {@link #size()} elements, in; its position moves to its limit. */
    public FloatTensor copyFrom(FloatBuffer values) {
        Checks.argument(
                values.remaining() == size,
                "values",
                values.remaining() + " elements",
                size + " for " + Arrays.toString(dims));
        return copyFrom(0, values);
    }

    /** Copies what remains of a buffer in, starting at element {@code first}: the form for tensors larger than a buffer. */
    public FloatTensor copyFrom(long first, FloatBuffer values) {
        checkRange("first", first, values.remaining());
        startWrite();
        try {
            storage.write(offset + first, values);
        } finally {
            storage.release();
        }
        return this;
    }

    /** Copies a tensor of the same size in; the two must not overlap. */
    public FloatTensor copyFrom(FloatTensor values) {
        Checks.argument(
                values.size == size,
                "values",
                Arrays.toString(values.dims),
                size + " elements, as " + Arrays.toString(dims));
        Checks.argument(!overlaps(values), "values", "the same memory", "a tensor that does not overlap this one");
        startWrite();
        try {
            values.storage.acquire();
            try {
                storage.copy(offset, values.storage, values.offset, size);
            } finally {
                values.storage.release();
            }
        } finally {
            storage.release();
        }
        return this;
    }

    /** Copies all elements into an array of exactly {@link #size()} elements. */
    public void copyTo(float[] to) {
        Checks.argument(to.length == size, "to", to.length + " elements", size + " for " + Arrays.toString(dims));
        storage.acquire();
        try {
            storage.read(offset, to, 0, to.length);
        } finally {
            storage.release();
        }
    }

    /** Copies all elements to where the buffer stands; its position moves by {@link #size()}. */
    public void copyTo(FloatBuffer to) {
        Checks.argument(to.remaining() >= size, "to", to.remaining() + " elements", "room for " + size);
        int limit = to.limit();
        to.limit(to.position() + (int) size);
        try {
            copyTo(0, to);
        } finally {
            to.limit(limit);
        }
    }

    /** Fills what remains of a buffer, starting at element {@code first} of this tensor. */
    public void copyTo(long first, FloatBuffer to) {
        checkRange("first", first, to.remaining());
        storage.acquire();
        try {
            storage.read(offset + first, to);
        } finally {
            storage.release();
        }
    }

    /**
     * All elements in a new array.
     *
     * @throws IllegalArgumentException if there are more than an array can hold
     */
    public float[] toArray() {
        Checks.argument(size <= Integer.MAX_VALUE - 8, "size", size, "at most 2^31 - 9 elements for a Java array");
        float[] values = new float[(int) size];
        copyTo(values);
        return values;
    }

    private void checkRange(String name, long first, long count) {
        if (first < 0 || first > size - count) {
            throw Checks.wrong(
                    name, first, count + " element(s) inside [0, " + size + "), dims " + Arrays.toString(dims));
        }
    }

    /** Looked for on the first use: a program whose tensors come from its layers never needs it. */
    private static final class Default {
        static final AllocatorProvider ALLOCATORS = ServiceLoader.load(
                        AllocatorProvider.class, FloatTensor.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("META-INF/services has no "
                        + AllocatorProvider.class.getName() + " (expected: the one of FusedRNN's core jar)"));
    }

    private void startWrite() {
        storage.acquire();
        try {
            storage.checkWritable("tensor");
        } catch (IllegalStateException e) {
            storage.release();
            throw e;
        }
    }

    /**
     * Gives the memory back if this is the owner; a view's does nothing.
     *
     * @throws IllegalStateException while a call uses the memory or an open tape leases it
     */
    @Override
    public void close() {
        if (owner) {
            storage.close();
        }
    }

    /** Dimensions and place, such as {@code FloatTensor[5, 8, 64] on CPU}; not the elements. */
    @Override
    public String toString() {
        return "FloatTensor" + Arrays.toString(dims) + " on " + storage.backend() + (isClosed() ? ", closed" : "");
    }

    private static final class Door implements TensorDoor<FloatTensor, TensorStorage> {
        @Override
        public TensorStorage storage(FloatTensor tensor) {
            return tensor.storage;
        }

        @Override
        public long offset(FloatTensor tensor) {
            return tensor.offset;
        }

        @Override
        public FloatTensor view(TensorStorage storage, long offset, long... dims) {
            return FloatTensor.view(storage, offset, dims);
        }
    }
}
