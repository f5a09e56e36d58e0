package io.github.fusedrnn.check;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a check found, tensor by tensor.
 *
 * @param title what was held against what
 * @param tensors one entry per tensor
 */
public record GradientReport(String title, List<TensorError> tensors) {

    /** Copies the list. */
    public GradientReport {
        tensors = List.copyOf(tensors);
    }

    /** Whether every tensor is within its tolerance. */
    public boolean passed() {
        return tensors.stream().allMatch(TensorError::passed);
    }

    /** The tensor furthest from its expected values in relation to its tolerance; NaN is furthest. Empty when there are no tensors. */
    public Optional<TensorError> worst() {
        return tensors.stream().max(Comparator.comparingDouble(e -> e.relativeError() / e.tolerance()));
    }

    /** Elements compared, in all tensors. */
    public long compared() {
        return tensors.stream().mapToLong(TensorError::compared).sum();
    }

    /** Elements skipped near kinks, in all tensors. */
    public long skipped() {
        return tensors.stream().mapToLong(TensorError::skipped).sum();
    }

    /** A table. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(title)
                .append('\n')
                .append(TensorError.header())
                .append('\n');
        for (TensorError error : tensors) {
            text.append(error).append('\n');
        }
        return text.append(passed() ? "passed" : "FAILED").toString();
    }
}
