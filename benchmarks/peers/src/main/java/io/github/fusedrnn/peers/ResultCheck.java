package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks what a library computes against the reference before it is timed. */
final class ResultCheck {
    /**
     * The outcome of a check.
     *
     * @param maxError largest error, relative to the largest value of its array
     * @param problem the first mismatch; null if everything is within the tolerance
     */
    record Outcome(double maxError, @Nullable String problem) {}

    private final ExpectedResult expected;
    private double maxError;
    private @Nullable String problem;

    private ResultCheck(ExpectedResult expected) {
        this.expected = expected;
    }

    static Outcome check(LibraryCase libraryCase, CaseSpec spec, CaseData data, ExpectedResult expected)
            throws Exception {
        libraryCase.reset();
        for (int i = 0; i < expected.calls(); i++) {
            libraryCase.run();
        }
        ResultCheck check = new ResultCheck(expected);
        check.output(libraryCase.output(), spec, data);
        if (spec.training()) {
            Map<String, float[]> gradients = libraryCase.gradients();
            expected.gradients()
                    .forEach((name, values) -> check.compare("gradient of " + name, values, gradients.get(name)));
        }
        return new Outcome(check.maxError, check.problem);
    }

    private void output(float[] all, CaseSpec spec, CaseData data) {
        int width = spec.outputSize();
        if (all.length != spec.steps() * spec.rows() * width) {
            fail("output: " + all.length + " elements (expected: " + spec.steps() * spec.rows() * width + ")");
            return;
        }
        int[] rows = expected.rows();
        float[] some = new float[expected.output().length];
        for (int t = 0; t < spec.steps(); t++) {
            for (int r = 0; r < rows.length; r++) {
                // A library may write anything past the end of a row; the reference writes 0.
                if (data.lengths() == null || t < data.lengths()[rows[r]]) {
                    System.arraycopy(
                            all, (t * spec.rows() + rows[r]) * width, some, (t * rows.length + r) * width, width);
                }
            }
        }
        compare("output", expected.output(), some);
    }

    private void compare(String name, double[] wanted, float @Nullable [] actual) {
        if (actual == null || actual.length != wanted.length) {
            fail(name
                    + (actual == null
                            ? ": missing"
                            : ": " + actual.length + " elements (expected: " + wanted.length + ")"));
            return;
        }
        double maxValue = 0;
        double error = 0;
        for (int i = 0; i < wanted.length; i++) {
            double off = Math.abs(wanted[i] - actual[i]);
            // A NaN counts as an infinite error: max() would keep it, but a comparison would not.
            error = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(error, off);
            maxValue = Math.max(maxValue, Math.abs(wanted[i]));
        }
        double relative = error / maxValue;
        maxError = Math.max(maxError, relative);
        if (!(relative <= expected.tolerance())) {
            fail(String.format(
                    Locale.ROOT,
                    "%s: relative error %.1e (expected: at most %.1e)",
                    name,
                    relative,
                    expected.tolerance()));
        }
    }

    private void fail(String message) {
        if (problem == null) {
            problem = message;
        }
    }
}
