package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link StateNetwork} over a sequence, and back through time: the gradient of a sum of losses over the steps reaches s_{t-1} from its
 * own loss and through s_t (Werbos 1990, "Backpropagation through time: what it does and how to do it").
 */
public final class Unrolled {
    private Unrolled() {}

    /** The states s_1 .. s_T {@code [T][S]} for inputs {@code [T][C]}. */
    public static float[][] states(StateNetwork network, float[][] x) {
        float[][] states = new float[x.length][];
        try (Sequence sequence = new Sequence(network, x)) {
            for (int t = 0; t < x.length; t++) {
                sequence.step(t);
                states[t] = sequence.state(t + 1).toArray();
                sequence.closeLast();
            }
        }
        return states;
    }

    /**
     * Half the squared error of the first units, summed over the steps that have a target; adds its gradient to the parameters'.
     *
     * @param x inputs {@code [T][C]}
     * @param targets of the first units after each step; null at steps without a target
     * @return the loss
     */
    public static double lossAndGradients(StateNetwork network, float[][] x, float[] @Nullable [] targets) {
        DenseOps ops = Backends.dense(network.backend());
        double loss = 0;
        try (Sequence sequence = new Sequence(network, x);
                FloatTensor dNext = FloatTensor.allocate(network.backend(), 1, network.stateSize());
                FloatTensor dState = FloatTensor.allocate(network.backend(), 1, network.stateSize())) {
            for (int t = 0; t < x.length; t++) {
                sequence.step(t);
            }
            for (int t = x.length - 1; t >= 0; t--) {
                float[] target = targets[t];
                if (target != null) {
                    FloatTensor answer = sequence.state(t + 1);
                    for (int i = 0; i < target.length; i++) {
                        float error = answer.get(i) - target[i];
                        loss += 0.5 * error * error;
                        dNext.set(i, dNext.get(i) + error);
                    }
                }
                sequence.backward(dNext, dState);
                ops.scale(dNext, 0);
                ops.axpy(1, dState, dNext);
            }
        }
        return loss;
    }

    /** The tensors of one run and the steps that are still open. */
    private static final class Sequence implements AutoCloseable {
        private final StateNetwork network;
        private final FloatTensor inputs;
        private final FloatTensor[] states; // apart from one another: an open tape leases the whole of a memory
        private final Deque<StateNetwork.Step> open = new ArrayDeque<>();

        Sequence(StateNetwork network, float[][] x) {
            this.network = network;
            inputs = FloatTensor.allocate(network.backend(), x.length, network.inputSize());
            states = new FloatTensor[x.length + 1];
            for (int t = 0; t <= x.length; t++) {
                states[t] = FloatTensor.allocate(network.backend(), 1, network.stateSize());
            }
            for (int t = 0; t < x.length; t++) {
                input(t).copyFrom(x[t]);
            }
            network.start(states[0]);
        }

        FloatTensor state(int t) {
            return states[t];
        }

        void step(int t) {
            open.push(network.step(input(t), state(t), state(t + 1)));
        }

        void backward(FloatTensor dNext, FloatTensor dState) {
            open.element().backward(dNext, dState);
            closeLast();
        }

        void closeLast() {
            open.pop().close();
        }

        private FloatTensor input(int t) {
            return inputs.slice(t, 1);
        }

        @Override
        public void close() {
            open.forEach(StateNetwork.Step::close);
            inputs.close();
            for (FloatTensor state : states) {
                state.close();
            }
        }
    }
}
