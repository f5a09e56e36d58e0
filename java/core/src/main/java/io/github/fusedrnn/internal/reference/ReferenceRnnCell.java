package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;

/**
 * h' = f(W_ih x + b_ih + W_hh h + b_hh). Elman 1990, "Finding structure in time"; with f = tanh, relu or any other function of {@link
 * Activations}.
 */
final class ReferenceRnnCell implements ReferenceCell {
    private static final int GATE = 0;

    private final CellWeights weights;
    private final Gate f;

    ReferenceRnnCell(RecurrentConfig config, CellWeights weights, int direction) {
        this.weights = weights;
        f = new Gate(config.activation(direction, 0), config.gateClip());
    }

    @Override
    public Step forward(double[] x, double[] h, double[] c) {
        int n = weights.hiddenSize;
        // a = W_ih x + b_ih + W_hh h + b_hh
        double[] a = new double[n];
        weights.addInput(GATE, x, a, 0);
        weights.addRecurrent(GATE, h, a, 0);
        // h' = f(a)
        double[] hNext = new double[n];
        for (int j = 0; j < n; j++) {
            hNext[j] = f.value(a[j]);
        }
        return new RnnStep(x, h, c, a, hNext);
    }

    private final class RnnStep implements Step {
        private final double[] x;
        private final double[] h;
        private final double[] c;
        private final double[] a;
        private final double[] hNext;

        RnnStep(double[] x, double[] h, double[] c, double[] a, double[] hNext) {
            this.x = x;
            this.h = h;
            this.c = c;
            this.a = a;
            this.hNext = hNext;
        }

        @Override
        public double[] h() {
            return hNext;
        }

        @Override
        public double[] c() {
            return c;
        }

        @Override
        public StepGradient backward(double[] dhNext, double[] dcNext, double[] dweights) {
            int n = weights.hiddenSize;
            // da = dh'∘f'(a)
            double[] da = new double[n];
            for (int j = 0; j < n; j++) {
                da[j] = dhNext[j] * f.derivative(a[j], hNext[j]);
            }
            double[] dx = new double[weights.inputSize];
            double[] dh = new double[n];
            weights.inputBackward(GATE, da, 0, x, dx, dweights);
            weights.recurrentBackward(GATE, da, 0, h, dh, dweights);
            return new StepGradient(dx, dh, dcNext);
        }

        @Override
        public void pieces(Pieces out) {
            for (double value : a) {
                out.add(f.piece(value));
            }
        }
    }
}
