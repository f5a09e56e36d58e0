package io.github.fusedrnn.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far one tensor is from what it should be.
 *
 * @param tensor its name: y, hn, cn, or grad.x, grad.h0, grad.c0 and grad.(parameter)
 * @param shape its dimensions
 * @param compared number of elements compared
 * @param skipped number of elements left out, because they lie too near a kink (relu, clip) for central differences
 * @param relativeError largest difference, divided by the largest absolute expected value compared; 0 when nothing differs, infinite when a tensor
 *     that should be zero is not
 * @param tolerance what relativeError may be
 * @param worstElement flat index of the largest difference, −1 when nothing differs
 * @param actual value there
 * @param expected value that should be there
 */
public record TensorError(
        String tensor,
        List<Long> shape,
        long compared,
        long skipped,
        double relativeError,
        double tolerance,
        long worstElement,
        double actual,
        double expected) {

    /** Copies the shape. */
    public TensorError {
        shape = List.copyOf(shape);
    }

    /** Whether the error is within the tolerance; NaN is not. */
    public boolean passed() {
        return relativeError <= tolerance;
    }

    /** The worst element's indices, last index fastest; empty when nothing differs. */
    public List<Long> worstIndex() {
        List<Long> index = new ArrayList<>();
        long rest = worstElement;
        if (rest >= 0) {
            for (int i = shape.size() - 1; i >= 0; i--) {
                index.add(0, rest % shape.get(i));
                rest /= shape.get(i);
            }
        }
        return index;
    }

    static String header() {
        return String.format(
                Locale.ROOT,
                "%-30s %10s %8s %10s %10s  %-16s %24s %24s",
                "tensor",
                "compared",
                "skipped",
                "rel. error",
                "tolerance",
                "worst at",
                "actual",
                "expected");
    }

    /** One line of a table. */
    @Override
    public String toString() {
        String values = worstElement < 0
                ? "-"
                : String.format(Locale.ROOT, "%-16s %24.17g %24.17g", worstIndex(), actual, expected);
        return String.format(
                Locale.ROOT,
                "%-30s %10d %8d %10.1e %10.1e  %s%s",
                tensor,
                compared,
                skipped,
                relativeError,
                tolerance,
                values,
                passed() ? "" : "  FAILED");
    }
}
