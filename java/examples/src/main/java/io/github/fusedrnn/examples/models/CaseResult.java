package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.check.TensorError;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.models.ConformanceCase.Expected;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of one case on one target.
 *
 * @param errors one per expected tensor; empty where it did not run
 * @param aim error up to which nothing is remarked
 * @param unsupported why the target cannot run it, or null
 * @param failure what went wrong, or null
 */
record CaseResult(List<TensorError> errors, double aim, @Nullable String unsupported, @Nullable String failure) {

    /** Runs a case; whatever happens in it becomes a result. */
    static CaseResult of(ConformanceCase c, CaseTarget target) {
        double aim = c.aim(target.inDoubles());
        try {
            Availability support = target.supports(c.config());
            if (!support.available()) {
                return new CaseResult(List.of(), aim, support.reason(), null);
            }
            List<TensorError> errors = compare(c, target.run(c), c.limit(target.inDoubles()));
            return errors.isEmpty()
                    ? new CaseResult(errors, aim, null, "the file expects no output, state or gradient")
                    : new CaseResult(errors, aim, null, null);
        } catch (RuntimeException e) {
            return new CaseResult(List.of(), aim, null, Texts.sentence(e));
        }
    }

    private static List<TensorError> compare(ConformanceCase c, Map<String, double[]> results, double limit) {
        List<TensorError> errors = new ArrayList<>();
        c.expected().forEach((tensor, expected) -> {
            double[] actual = results.get(tensor);
            if (actual == null) {
                throw new IllegalArgumentException(
                        tensor + ": expected by the file (there are: " + results.keySet() + ")");
            }
            TensorError error = error(tensor, actual, expected, limit);
            double[] inferred = results.get("infer." + tensor);
            if (inferred != null) {
                TensorError other = error("infer." + tensor, inferred, expected, limit);
                if (!(other.relativeError() <= error.relativeError())) {
                    error = other;
                }
            }
            errors.add(error);
        });
        return errors;
    }

    /**
     * The largest difference, relative to the largest expected value; where all should be zero, anything else is
     * infinitely wrong.
     */
    static TensorError error(String tensor, double[] actual, Expected expected, double limit) {
        double[] values = expected.values();
        if (actual.length != values.length) {
            throw new IllegalArgumentException(tensor + ": " + actual.length + " elements (expected: " + values.length
                    + " = " + expected.shape() + ")");
        }
        double largest = 0;
        double difference = 0;
        int worst = -1;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
            double d = actual[i] == values[i] ? 0 : Math.abs(actual[i] - values[i]);
            // written so that NaN is worse than anything, and stays
            if (!(d <= difference) && !Double.isNaN(difference)) {
                difference = d;
                worst = i;
            }
        }
        return new TensorError(
                tensor,
                expected.shape(),
                values.length,
                0,
                worst < 0 ? 0 : difference / largest,
                limit,
                worst,
                worst < 0 ? 0 : actual[worst],
                worst < 0 ? 0 : values[worst]);
    }

    /** Whether it ran and every tensor is within its limit. */
    boolean passed() {
        return failure == null && unsupported == null && errors.stream().allMatch(TensorError::passed);
    }

    /** Whether it went wrong, as against could not run here. */
    boolean missed() {
        return unsupported == null && !passed();
    }

    Optional<TensorError> worst() {
        return errors.stream().max(Comparator.comparingDouble(TensorError::relativeError));
    }

    /** A table's cell: the worst error, {@code !} where it passed the aim, MISS, ERROR or n/a. */
    String cell() {
        if (unsupported != null) {
            return "n/a";
        }
        if (failure != null) {
            return "ERROR";
        }
        double error = worst().map(TensorError::relativeError).orElse(Double.NaN);
        return Texts.error(error) + (!passed() ? " MISS" : error > aim ? " !" : "");
    }
}
