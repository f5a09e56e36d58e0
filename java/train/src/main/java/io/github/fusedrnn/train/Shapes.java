package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;

/** Checks of shapes that the classes of this package share. */
final class Shapes {
    private Shapes() {}

    /** Rows of {@code [.., width]}: everything but the last dimension. */
    static long rows(String name, FloatTensor tensor, int width, String letters) {
        Checks.argument(
                tensor.dim(tensor.rank() - 1) == width,
                name,
                Arrays.toString(tensor.dims()),
                "[.., " + width + "], " + letters);
        return tensor.size() / width;
    }

    /** Exactly {@code rows} rows of {@code [.., width]}. */
    static void matrix(String name, FloatTensor tensor, long rows, int width, String letters) {
        long found = rows(name, tensor, width, letters);
        Checks.argument(
                found == rows, name, Arrays.toString(tensor.dims()), rows + " rows of " + width + ", " + letters);
    }

    static void same(String name, FloatTensor tensor, String otherName, FloatTensor other) {
        Checks.argument(
                Arrays.equals(tensor.dims(), other.dims()),
                name,
                Arrays.toString(tensor.dims()),
                Arrays.toString(other.dims()) + ", the shape of " + otherName);
    }
}
