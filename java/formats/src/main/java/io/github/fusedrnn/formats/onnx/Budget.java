package io.github.fusedrnn.formats.onnx;

/**
 * How many elements all constants and layers of one import may have. A concatenation that doubles what the one before doubled, or a
 * million nodes that share their weights, must not fill the memory.
 */
final class Budget {
    /** A weight may be copied for each of a cut, a transpose and a join, and for the layer itself; a few nodes may share it. */
    private static final int COPIES = 16;

    private long elements = 1 << 20;

    /** @param bytes that constants are read from */
    Budget(long bytes) {
        grow(bytes);
    }

    /** Adds bytes that constants are read from. */
    void grow(long bytes) {
        elements += COPIES * bytes / Float.BYTES;
    }

    /** @throws IllegalArgumentException if that is too much */
    void take(long count) {
        elements -= count;
        if (elements < 0) {
            throw new IllegalArgumentException("constants take more than " + COPIES
                    + " times the bytes of the model (expected: weights of a model)");
        }
    }
}
