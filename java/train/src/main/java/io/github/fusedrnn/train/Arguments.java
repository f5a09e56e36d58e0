package io.github.fusedrnn.train;

import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;

/** Argument checks whose messages give name, value and expectation. */
final class Arguments {
    private Arguments() {}

    static void check(boolean ok, String name, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    static int positive(String name, int value) {
        check(value >= 1, name, value, "an integer >= 1");
        return value;
    }

    static float finite(String name, float value) {
        check(Float.isFinite(value), name, value, "a finite number");
        return value;
    }

    static float notNegative(String name, float value) {
        check(value >= 0 && Float.isFinite(value), name, value, "a finite number >= 0");
        return value;
    }

    /** Rows of {@code [.., width]}: everything but the last dimension. */
    static long rows(String name, FloatTensor tensor, int width, String letters) {
        check(
                tensor.dim(tensor.rank() - 1) == width,
                name,
                Arrays.toString(tensor.dims()),
                "[.., " + width + "], " + letters);
        return tensor.size() / width;
    }

    /** Exactly {@code rows} rows of {@code [.., width]}. */
    static void matrix(String name, FloatTensor tensor, long rows, int width, String letters) {
        long found = rows(name, tensor, width, letters);
        check(found == rows, name, Arrays.toString(tensor.dims()), rows + " rows of " + width + ", " + letters);
    }

    static void sameShape(String name, FloatTensor tensor, String otherName, FloatTensor other) {
        check(
                Arrays.equals(tensor.dims(), other.dims()),
                name,
                Arrays.toString(tensor.dims()),
                Arrays.toString(other.dims()) + ", the shape of " + otherName);
    }

    static void apart(String name, FloatTensor tensor, String otherName, FloatTensor other) {
        check(!tensor.overlaps(other), name, "overlaps " + otherName, "memory apart from " + otherName);
    }
}
