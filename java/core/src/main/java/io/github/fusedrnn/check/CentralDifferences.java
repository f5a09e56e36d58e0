package io.github.fusedrnn.check;

import io.github.fusedrnn.internal.reference.Pieces;
import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import io.github.fusedrnn.weights.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Gradients by their definition: each element v is moved by ±h in float64, and (loss(v + h) − loss(v − h)) / 2h is held against the
 * gradient that somebody computed. An element is skipped, and counted, if moving it by ten steps crosses a kink of an activation or a
 * clip: what central differences give there is no derivative.
 */
final class CentralDifferences {
    /** About the cube root of float64's rounding, where truncation (h²) and rounding (1/h) are balanced. */
    private static final double STEP = 0x1p-17;

    private static final int KINK_STEPS = 10;

    private final LayerCall call;
    private final long maxElements;
    private final SplittableRandom random;
    private final double extraTolerance;
    private final ReferenceTape base;
    private final Pieces basePieces;
    private final double noise;

    /**
     * A check of one call.
     *
     * @param maxElements of each tensor that are checked, drawn at random where there are more
     * @param seed of that draw
     * @param extraTolerance what the gradients' own precision adds: 0 for float64
     */
    CentralDifferences(LayerCall call, long maxElements, long seed, double extraTolerance) {
        this.call = call;
        this.maxElements = maxElements;
        this.extraTolerance = extraTolerance;
        random = new SplittableRandom(seed);
        base = call.forward();
        basePieces = base.pieces();
        // every output carries a few roundings (8, taken as if they all had one sign), and the difference is divided by
        // 2h
        noise = 8 * 0x1p-53 * call.loss.magnitude(base) / (2 * STEP);
    }

    /** The forward call at the unmoved values. */
    ReferenceTape base() {
        return base;
    }

    /** Holds gradients of the call against central differences, tensor by tensor. */
    GradientReport check(String title, ReferenceGradients gradients) {
        List<TensorError> errors = new ArrayList<>();
        errors.add(tensor("grad.x", call.inputShape(), call.x, 0, gradients.dx()));
        errors.add(tensor("grad.h0", call.hShape(), call.h0, 0, gradients.dh0()));
        if (call.c0.length > 0) {
            errors.add(tensor("grad.c0", call.cShape(), call.c0, 0, gradients.dc0()));
        }
        for (ParameterSpec spec : call.network.layout().parameters()) {
            double[] gradient = ReferenceLayer.slice(gradients.dweights(), spec);
            errors.add(tensor(
                    "grad." + spec.name(), spec.shape(), call.weights, Math.toIntExact(spec.offset()), gradient));
        }
        return new GradientReport(title, errors);
    }

    private TensorError tensor(String name, List<Long> shape, double[] values, int at, double[] gradient) {
        ErrorMeter meter = new ErrorMeter(name, shape);
        boolean all = gradient.length <= maxElements;
        long count = all ? gradient.length : maxElements;
        for (int k = 0; k < count; k++) {
            // of a sample, the largest gradient is always part: errors are relative to it
            int element = all ? k : k == 0 ? largest(gradient) : random.nextInt(gradient.length);
            if (isNearKink(values, at + element)) {
                meter.skip();
            } else {
                meter.add(element, gradient[element], derivative(values, at + element));
            }
        }
        double tolerance = Tolerances.centralDifferences() + extraTolerance;
        return meter.result(meter.largest() == 0 ? tolerance : tolerance + noise / meter.largest());
    }

    /** Index of the largest absolute value; of NaN, if there is one. */
    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            if (Double.compare(Math.abs(values[i]), Math.abs(values[largest])) > 0) {
                largest = i;
            }
        }
        return largest;
    }

    private boolean isNearKink(double[] values, int i) {
        double reach = KINK_STEPS * step(values[i]);
        return call.network.hasKinks() && (crosses(values, i, -reach) || crosses(values, i, reach));
    }

    /** Whether moving an element leads some function of the network onto another smooth piece. */
    private boolean crosses(double[] values, int i, double distance) {
        double value = values[i];
        try {
            values[i] = value + distance;
            return !call.forward().pieces().equals(basePieces);
        } finally {
            values[i] = value;
        }
    }

    private double derivative(double[] values, int i) {
        double value = values[i];
        double h = step(value);
        try {
            values[i] = value + h;
            double upper = values[i];
            ReferenceTape above = call.forward();
            values[i] = value - h;
            double lower = values[i];
            ReferenceTape below = call.forward();
            return call.loss.difference(above, below) / (upper - lower);
        } finally {
            values[i] = value;
        }
    }

    private static double step(double value) {
        return STEP * Math.max(1, Math.abs(value));
    }
}
