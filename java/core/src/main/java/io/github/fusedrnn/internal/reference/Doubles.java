package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** The way between float32 memory and float64 arrays. */
final class Doubles {
    private static final int STAGING = 1 << 14;

    private Doubles() {}

    /**
     * A range of a block, widened.
     *
     * @throws IllegalArgumentException if it is larger than a Java array
     */
    static double[] read(TensorStorage storage, long offset, long size, String name) {
        double[] values = zeros(size, name);
        FloatBuffer staging = FloatBuffer.allocate((int) Math.min(size, STAGING));
        for (int done = 0; done < values.length; done += staging.limit()) {
            staging.clear().limit(Math.min(staging.capacity(), values.length - done));
            storage.read(offset + done, staging);
            for (int i = 0; i < staging.limit(); i++) {
                values[done + i] = staging.get(i);
            }
        }
        return values;
    }

    /**
     * An array of zeros.
     *
     * @throws IllegalArgumentException if it would be larger than a Java array
     */
    static double[] zeros(long size, String name) {
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(name + ": " + size
                    + " elements (expected: at most 2^31 - 9 on the reference backend, one Java array)");
        }
        return new double[(int) size];
    }

    static double[] read(FloatTensor tensor, String name) {
        return read(TensorAccess.storage(tensor), TensorAccess.offset(tensor), tensor.size(), name);
    }

    static double @Nullable [] readIfPresent(@Nullable FloatTensor tensor, String name) {
        return tensor == null ? null : read(tensor, name);
    }

    /** Writes values, each rounded once to float32, into a tensor of as many elements. */
    static void write(double[] values, FloatTensor tensor) {
        FloatBuffer staging = FloatBuffer.allocate(Math.min(values.length, STAGING));
        for (int done = 0; done < values.length; done += staging.limit()) {
            staging.clear().limit(Math.min(staging.capacity(), values.length - done));
            for (int i = 0; i < staging.limit(); i++) {
                staging.put(i, (float) values[done + i]);
            }
            TensorAccess.storage(tensor).write(TensorAccess.offset(tensor) + done, staging);
        }
    }
}
