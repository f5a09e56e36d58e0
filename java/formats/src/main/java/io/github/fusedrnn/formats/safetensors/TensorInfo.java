package io.github.fusedrnn.formats.safetensors;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.List;

/**
 * One tensor's entry in a header. Always consistent: the byte range is as long as type and shape ask for.
 *
 * @param dtype element type
 * @param shape dimensions, the last index fastest; empty for a scalar, and a dimension may be 0
 * @param begin first byte, counted from the start of the data (just behind the header)
 * @param end one past the last byte, counted likewise
 */
public record TensorInfo(DType dtype, List<Long> shape, long begin, long end) {
    /**
     * Checks and creates.
     *
     * @param dtype element type
     * @param shape dimensions; copied
     * @param begin first byte
     * @param end one past the last byte
     * @throws IllegalArgumentException if a dimension is negative, the size overflows or is not a whole number of bytes,
     *     or the byte range is not as long as the size
     */
    public TensorInfo {
        shape = List.copyOf(shape);
        long bytes = byteSize(dtype, shape);
        if (begin < 0 || end < begin || end - begin != bytes) {
            throw Checks.wrong(
                    "data_offsets",
                    "[" + begin + ", " + end + "]",
                    bytes + " bytes apart, the size of " + dtype + " " + shape);
        }
    }

    /**
     * Returns the number of elements, the product of the dimensions.
     *
     * @return 1 for a scalar
     */
    public long elementCount() {
        return count(shape);
    }

    /**
     * Returns the size of the data.
     *
     * @return bytes
     */
    public long byteSize() {
        return end - begin;
    }

    /**
     * Returns the dimensions as an array.
     *
     * @return a fresh copy, owned by the caller
     */
    public long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** The bytes that {@code shape} takes; IllegalArgumentException where it is no valid shape. */
    static long byteSize(DType dtype, List<Long> shape) {
        // Zeros are left out of the first product: strides computed from [0, 2^62, 2^62] would overflow just as well.
        long count = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw Checks.wrong("shape", shape, "no negative dimension");
            }
            if (dimension > 0 && count > Long.MAX_VALUE / dtype.bits() / dimension) {
                throw Checks.wrong("shape", shape, "fewer than 2^63 bits in all, " + dtype.bits() + " an element");
            }
            count *= Math.max(dimension, 1);
        }
        long bits = count(shape) * dtype.bits();
        if (bits % 8 != 0) {
            throw Checks.wrong("shape", shape, "a whole number of bytes, " + dtype + " has " + dtype.bits() + " bits");
        }
        return bits / 8;
    }

    private static long count(List<Long> shape) {
        long count = 1;
        for (long dimension : shape) {
            count *= dimension;
        }
        return count;
    }
}
