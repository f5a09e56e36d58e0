package io.github.fusedrnn;

import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.TensorStorage;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Argument checks whose messages give name, value and expectation. Nothing is allocated while all is well. */
final class Checks {
    private Checks() {}

    static void argument(boolean ok, String name, @Nullable Object value, String expected) {
        if (!ok) {
            throw wrong(name, String.valueOf(value), expected);
        }
    }

    static IllegalArgumentException wrong(String name, String value, String expected) {
        return new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }

    static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new NullPointerException(name + ": null (expected: a value)");
        }
        return value;
    }

    static void positive(String name, long value) {
        if (value < 1) {
            throw wrong(name, Long.toString(value), "an integer >= 1");
        }
    }

    static void range(String name, int value, int largest) {
        if (value < 1 || value > largest) {
            throw wrong(name, Integer.toString(value), "1 to " + largest);
        }
    }

    static long product(String name, long a, long b, long c) {
        try {
            return Math.multiplyExact(Math.multiplyExact(a, b), c);
        } catch (ArithmeticException e) {
            throw wrong(name, a + " x " + b + " x " + c, "a product below 2^63");
        }
    }

    /** {@code part} is put behind the name in the message only, so that no string is made while all is well. */
    static void dims(String name, String part, FloatTensor tensor, long d0, long d1, long d2, String letters) {
        if (tensor.rank() != 3 || tensor.dim(0) != d0 || tensor.dim(1) != d1 || tensor.dim(2) != d2) {
            throw wrong(
                    name + part, Arrays.toString(tensor.dims()), "[" + d0 + ", " + d1 + ", " + d2 + "] = " + letters);
        }
    }

    /** Lengths of rows: one for each, 0 &lt;= length &lt;= T. */
    static void lengths(int @Nullable [] lengths, int t, int n) {
        if (lengths == null) {
            return;
        }
        if (lengths.length != n) {
            throw wrong("lengths", lengths.length + " values", n + ", one for each row of x");
        }
        for (int i = 0; i < n; i++) {
            if (lengths[i] < 0 || lengths[i] > t) {
                throw wrong("lengths[" + i + "]", Integer.toString(lengths[i]), "0 <= length <= T = " + t);
            }
        }
    }

    static void usable(String name, TensorStorage storage, Backend backend) {
        if (!storage.usableBy(backend)) {
            throw wrong(
                    name,
                    "memory of " + storage.place(),
                    "memory of " + backend.place() + ", as from layer.newTensor(...)");
        }
    }

    static void apart(boolean overlap, String a, String b) {
        if (overlap) {
            throw wrong(a, "overlaps " + b, "memory apart from " + b);
        }
    }
}
