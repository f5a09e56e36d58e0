package io.github.fusedrnn.check;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.Arrays;

/**
 * The oracle: a recurrent layer in pure Java and float64, {@code double[]} in and out, forward and every gradient, of everything that a
 * layer can be. It needs no native code and no tensor; it is what the other backends are checked against, and slow.
 *
 * <pre>{@code
 * ReferenceLayer layer = ReferenceLayer.of(config);
 * layer.setWeight("weight_ih_l0", values);               // [G*H, C], PyTorch's names and gate order
 * ReferenceRun run = layer.forward(SequenceInput.of(steps, rows, x));
 * double[] y = run.y();
 * LayerGradients gradients = run.backward(dy, null, null);
 * double[] dw = gradients.weight("weight_ih_l0");
 * }</pre>
 *
 * <p>Weights begin as zeros. Thread-safe: a call uses the weights that were there when it began, and its {@link ReferenceRun} keeps them.
 */
public final class ReferenceLayer {
    private final ReferenceNetwork network;
    private volatile double[] weights;

    private ReferenceLayer(ReferenceNetwork network) {
        this.network = network;
        weights = new double[Math.toIntExact(network.layout().size())];
    }

    /**
     * A layer with weights zero.
     *
     * @throws IllegalArgumentException if its weights do not fit one Java array
     */
    public static ReferenceLayer of(RecurrentConfig config) {
        return new ReferenceLayer(new ReferenceNetwork(config));
    }

    /** A copy of a layer, whatever its backend: the same description, the weights it has now. */
    public static ReferenceLayer of(RecurrentLayer layer) {
        ReferenceLayer copy = of(layer.config());
        copy.weights = Widening.weights(layer.weights());
        return copy;
    }

    /** What this layer computes. */
    public RecurrentConfig config() {
        return network.config();
    }

    /** Names, shapes and places of the weights. */
    public WeightLayout layout() {
        return network.layout();
    }

    /**
     * One parameter, a copy, row-major.
     *
     * @throws IllegalArgumentException if this layer has none of that name
     */
    public double[] weight(String name) {
        ParameterSpec spec = layout().get(name);
        return slice(weights, spec);
    }

    /** All weights in the canonical layout, a copy. */
    public double[] weights() {
        return weights.clone();
    }

    /**
     * Sets one parameter.
     *
     * @param name such as {@code weight_hh_l1_reverse}
     * @param values its elements, row-major; copied
     * @throws IllegalArgumentException if this layer has none of that name, or it has another number of elements
     */
    public synchronized void setWeight(String name, double... values) {
        ParameterSpec spec = layout().get(name);
        if (values.length != spec.size()) {
            throw Checks.wrong(name, values.length + " elements", spec.size() + ", shape " + spec.shape());
        }
        double[] changed = weights.clone();
        System.arraycopy(values, 0, changed, Math.toIntExact(spec.offset()), values.length);
        weights = changed;
    }

    /**
     * Sets all weights.
     *
     * @param values canonical block; copied
     * @throws IllegalArgumentException if it has another number of elements
     */
    public synchronized void setWeights(double[] values) {
        if (values.length != layout().size()) {
            throw Checks.wrong("weights", values.length + " elements", layout().size());
        }
        weights = values.clone();
    }

    /**
     * One call as in inference: without dropout.
     *
     * @return outputs, final states, and the way back
     * @throws IllegalArgumentException if an array's size or a length disagrees with this layer
     */
    public ReferenceRun forward(SequenceInput input) {
        return run(input, false, 0, 0);
    }

    /**
     * One call as in training: with this layer's dropout between its layers.
     *
     * @param seed of the dropout mask
     * @param call number of the call, part of the mask
     * @return outputs, final states, and the way back
     * @throws IllegalArgumentException if an array's size or a length disagrees with this layer
     */
    public ReferenceRun forward(SequenceInput input, long seed, long call) {
        return run(input, true, seed, call);
    }

    private ReferenceRun run(SequenceInput input, boolean dropout, long seed, long call) {
        return new ReferenceRun(
                network,
                network.forward(
                        weights,
                        input.steps(),
                        input.rows(),
                        input.lengths(),
                        input.x(),
                        input.h0(),
                        input.c0(),
                        dropout,
                        seed,
                        call));
    }

    static double[] slice(double[] block, ParameterSpec spec) {
        int from = Math.toIntExact(spec.offset());
        return Arrays.copyOfRange(block, from, from + Math.toIntExact(spec.size()));
    }
}
