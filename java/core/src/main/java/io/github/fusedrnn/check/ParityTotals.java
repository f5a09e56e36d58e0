package io.github.fusedrnn.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all comparisons of a {@link Parity} found together. Thread-safe. */
final class ParityTotals {
    private final Map<String, TensorError> worst = new LinkedHashMap<>();
    private final Map<String, Double> worstAbsolute = new LinkedHashMap<>();
    private long compared;
    private long drifted;
    private long discarded;

    synchronized void discard() {
        discarded++;
    }

    synchronized void add(@Nullable TensorError... errors) {
        compared++;
        boolean passed = true;
        for (TensorError error : errors) {
            if (error != null) {
                passed &= error.passed();
                worst.merge(error.tensor(), error, ParityTotals::worse);
                worstAbsolute.merge(error.tensor(), Math.abs(error.actual() - error.expected()), Math::max);
            }
        }
        drifted += passed ? 0 : 1;
    }

    /** NaN is worse than anything. */
    private static TensorError worse(TensorError a, TensorError b) {
        return Double.compare(b.relativeError(), a.relativeError()) > 0 ? b : a;
    }

    synchronized ParityReport report(long calls) {
        List<ParityReport.Drift> drifts = new ArrayList<>();
        worst.forEach((tensor, error) ->
                drifts.add(new ParityReport.Drift(error, worstAbsolute.getOrDefault(tensor, Double.NaN))));
        return new ParityReport(calls, compared, drifted, discarded, drifts);
    }
}
