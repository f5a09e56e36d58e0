package io.github.fusedrnn.check;

import java.util.List;
import java.util.Locale;

/**
 * How far a layer's backend has been from the reference.
 *
 * @param calls all calls
 * @param compared calls that were compared
 * @param drifted compared calls with a tensor beyond its tolerance
 * @param discarded sampled calls that could not be compared: weights changed meanwhile, too many waiting, out of memory
 * @param drifts the worst of each tensor, y, hn and cn
 */
public record ParityReport(long calls, long compared, long drifted, long discarded, List<Drift> drifts) {
    /** Copies the list. */
    public ParityReport {
        drifts = List.copyOf(drifts);
    }

    /**
     * The worst of one tensor.
     *
     * @param worst the comparison with the largest relative error
     * @param absoluteError the largest absolute error of any comparison
     */
    public record Drift(TensorError worst, double absoluteError) {}

    /** Whether no compared call drifted. */
    public boolean passed() {
        return drifted == 0;
    }

    /** A table. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d calls, %d compared, %d drifted, %d discarded%n%s %12s%n",
                calls,
                compared,
                drifted,
                discarded,
                TensorError.header(),
                "abs. error"));
        for (Drift drift : drifts) {
            text.append(String.format(Locale.ROOT, "%s %12.1e%n", drift.worst(), drift.absoluteError()));
        }
        return text.append(passed() ? "passed" : "DRIFTED").toString();
    }
}
