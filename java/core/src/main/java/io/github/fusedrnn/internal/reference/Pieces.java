package io.github.fusedrnn.internal.reference;

import java.util.Arrays;

/**
 * On which smooth pieces of its activations and clips a forward run went, in the order of computation. Two runs with equal pieces have no
 * kink between them (short of crossing one and back).
 */
public final class Pieces {
    private byte[] values = new byte[256];
    private int size;

    Pieces() {}

    void add(byte piece) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = piece;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pieces that && Arrays.equals(values, 0, size, that.values, 0, that.size);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(Arrays.copyOf(values, size));
    }
}
