package io.github.fusedrnn.weights;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Ways to draw the weights of a new layer. */
public final class Initializers {
    private Initializers() {}

    /** Everything, biases too, uniform in ±1/√H: PyTorch's default for recurrent modules. */
    public static Initializer pytorchUniform() {
        return (spec, desc, random, values) -> {
            double bound = 1 / Math.sqrt(desc.hiddenSize());
            uniform(random, -bound, bound, values);
        };
    }

    /** Everything, biases too, uniform in [low, high). */
    public static Initializer uniform(double low, double high) {
        return (spec, desc, random, values) -> uniform(random, low, high, values);
    }

    /** Everything zero. */
    public static Initializer zeros() {
        return (spec, desc, random, values) -> Arrays.fill(values, 0);
    }

    /**
     * Matrices uniform in ±gain·√(6 / (rows + columns)) of the whole matrix, vectors zero. Glorot &amp; Bengio 2010.
     */
    public static Initializer xavierUniform(double gain) {
        return (spec, desc, random, values) -> {
            if (isMatrix(spec)) {
                double bound = gain
                        * Math.sqrt(6.0 / (spec.shape().get(0) + spec.shape().get(1)));
                uniform(random, -bound, bound, values);
            } else {
                Arrays.fill(values, 0);
            }
        };
    }

    /** As {@link #xavierUniform(double)} with gain 1. */
    public static Initializer xavierUniform() {
        return xavierUniform(1);
    }

    /** Matrices normal with standard deviation gain·√(2 / (rows + columns)), vectors zero. Glorot &amp; Bengio 2010. */
    public static Initializer xavierNormal(double gain) {
        return (spec, desc, random, values) -> {
            if (isMatrix(spec)) {
                double sigma = gain
                        * Math.sqrt(2.0 / (spec.shape().get(0) + spec.shape().get(1)));
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (sigma * random.nextGaussian());
                }
            } else {
                Arrays.fill(values, 0);
            }
        };
    }

    /**
     * Recurrent matrices weight_hh with orthonormal columns, gate by gate ({@code [H, H]}, or {@code [H, P]} with projection); everything else
     * by {@code others}. Saxe et al. 2014; by Gram-Schmidt on a normal matrix.
     */
    public static Initializer orthogonalRecurrent(Initializer others) {
        return (spec, desc, random, values) -> {
            if (spec.kind() != ParameterSpec.Kind.WEIGHT_HH) {
                others.fill(spec, desc, random, values);
                return;
            }
            int rows = desc.hiddenSize();
            int cols = desc.stateSize();
            for (int gate = 0; gate < desc.gates(); gate++) {
                Orthogonal.fill(random, rows, cols, values, gate * rows * cols);
            }
        };
    }

    /**
     * Adds {@code value} to the forget gate of an LSTM's first bias vector (bias_ih), after {@code others}: remembering is the default at the
     * start of training. Gers et al. 2000; Jozefowicz et al. 2015 for value 1. Other cells and layers without bias are left alone.
     */
    public static Initializer forgetGateBias(double value, Initializer others) {
        return (spec, desc, random, values) -> {
            others.fill(spec, desc, random, values);
            int forget = desc.cell().gates().indexOf("f");
            if (spec.kind() == ParameterSpec.Kind.BIAS_IH && forget >= 0) {
                int h = desc.hiddenSize();
                for (int u = forget * h; u < (forget + 1) * h; u++) {
                    values[u] += (float) value;
                }
            }
        };
    }

    private static boolean isMatrix(ParameterSpec spec) {
        return spec.shape().size() == 2;
    }

    private static void uniform(SplittableRandom random, double low, double high, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (low + (high - low) * random.nextDouble());
        }
    }
}
