package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;

/**
 * i,f,o = σ(·), g = tanh(·), c' = f∘c + i∘g, h' = o∘tanh(c'), with W_ih x + b_ih + W_hh h + b_hh under the dots. Hochreiter &amp;
 * Schmidhuber 1997, "Long short-term memory", with the forget gate of Gers, Schmidhuber &amp; Cummins 2000.
 *
 * <ul>
 *   <li>Projection: h' = W_hr (o∘tanh(c')). Sak, Senior &amp; Beaufays 2014.
 *   <li>Peepholes: p_i∘c and p_f∘c are added under i and f, p_o∘c' under o. Gers &amp; Schmidhuber 2000.
 *   <li>Coupled: f = 1 − i; nothing of f's own is read. Greff et al. 2015, ONNX {@code input_forget}.
 *   <li>Cell clip: c' = max(−b, min(b, f∘c + i∘g)); o's peephole, h' and the next step see the clipped c'. The gradient is 0 where the
 *       clip bound, else 1. TensorFlow {@code cell_clip}.
 *   <li>Gate clip and other activations: see {@link Gate}; slot f is for i, f and o, slot g for g, slot h for the tanh of h'.
 * </ul>
 */
final class ReferenceLstmCell implements ReferenceCell {
    private static final int I = 0;
    private static final int F = 1;
    private static final int G = 2;
    private static final int O = 3;
    private static final int[] ALL_GATES = {I, F, G, O};
    private static final int[] COUPLED_GATES = {I, G, O};
    /** Order of the peepholes. */
    private static final int PEEPHOLE_I = 0;

    private static final int PEEPHOLE_F = 1;
    private static final int PEEPHOLE_O = 2;

    private final CellWeights weights;
    private final Gate sigma;
    private final Gate candidate;
    private final Activation output;
    private final double cellClip;
    private final boolean coupled;
    private final int[] gates;

    ReferenceLstmCell(RecurrentConfig config, CellWeights weights, int direction) {
        this.weights = weights;
        sigma = new Gate(config.activation(direction, 0), config.gateClip());
        candidate = new Gate(config.activation(direction, 1), config.gateClip());
        output = config.activation(direction, 2);
        cellClip = config.cellClip();
        coupled = config.coupledInputForget();
        gates = coupled ? COUPLED_GATES : ALL_GATES;
    }

    @Override
    public Step forward(double[] x, double[] h, double[] c) {
        LstmStep s = new LstmStep(x, h, c);
        int n = weights.hiddenSize;
        double[] a = s.a;

        // a = W_ih x + b_ih + W_hh h + b_hh, the rows of the gates in use
        for (int gate : gates) {
            weights.addInput(gate, x, a, gate * n);
            weights.addRecurrent(gate, h, a, gate * n);
        }
        // a_i += p_i∘c, a_f += p_f∘c
        if (weights.hasPeepholes()) {
            weights.addPeephole(PEEPHOLE_I, c, a, I * n);
            if (!coupled) {
                weights.addPeephole(PEEPHOLE_F, c, a, F * n);
            }
        }
        // i, f, g; c' = clip(f∘c + i∘g)
        for (int j = 0; j < n; j++) {
            s.i[j] = sigma.value(a[I * n + j]);
            s.f[j] = coupled ? 1 - s.i[j] : sigma.value(a[F * n + j]);
            s.g[j] = candidate.value(a[G * n + j]);
            s.unclipped[j] = s.f[j] * c[j] + s.i[j] * s.g[j];
            s.cNext[j] = Activations.clip(cellClip, s.unclipped[j]);
        }
        // a_o += p_o∘c'
        if (weights.hasPeepholes()) {
            weights.addPeephole(PEEPHOLE_O, s.cNext, a, O * n);
        }
        // o; m = o∘tanh(c'); h' = m, or W_hr m
        for (int j = 0; j < n; j++) {
            s.o[j] = sigma.value(a[O * n + j]);
            s.activeCell[j] = Activations.value(output, s.cNext[j]);
            s.m[j] = s.o[j] * s.activeCell[j];
        }
        s.hNext = weights.hasProjection() ? weights.project(s.m) : s.m;
        return s;
    }

    private final class LstmStep implements Step {
        private final double[] x;
        private final double[] h;
        private final double[] c;
        /** What enters the gates {@code [4H]}; f's part stays 0 when coupled. */
        private final double[] a = new double[4 * weights.hiddenSize];

        private final double[] i = new double[weights.hiddenSize];
        private final double[] f = new double[weights.hiddenSize];
        private final double[] g = new double[weights.hiddenSize];
        private final double[] o = new double[weights.hiddenSize];
        /** f∘c + i∘g. */
        private final double[] unclipped = new double[weights.hiddenSize];

        private final double[] cNext = new double[weights.hiddenSize];
        /** tanh(c'), or what stands in its place. */
        private final double[] activeCell = new double[weights.hiddenSize];
        /** o∘tanh(c'). */
        private final double[] m = new double[weights.hiddenSize];

        private double[] hNext = m;

        LstmStep(double[] x, double[] h, double[] c) {
            this.x = x;
            this.h = h;
            this.c = c;
        }

        @Override
        public double[] h() {
            return hNext;
        }

        @Override
        public double[] c() {
            return cNext;
        }

        @Override
        public StepGradient backward(double[] dhNext, double[] dcNext, double[] dweights) {
            int n = weights.hiddenSize;
            // dm = dh', or W_hrᵀ dh'
            double[] dm = weights.hasProjection() ? weights.projectBackward(dhNext, m, dweights) : dhNext;

            // da_o = dm∘tanh(c')∘σ'(a_o);  dc' += dm∘o∘tanh'(c')
            double[] da = new double[4 * n];
            double[] dcNew = dcNext.clone();
            for (int j = 0; j < n; j++) {
                da[O * n + j] = dm[j] * activeCell[j] * sigma.derivative(a[O * n + j], o[j]);
                dcNew[j] += dm[j] * o[j] * Activations.derivative(output, cNext[j], activeCell[j]);
            }
            // dc' += p_o∘da_o
            if (weights.hasPeepholes()) {
                weights.peepholeBackward(PEEPHOLE_O, da, O * n, cNext, dcNew, dweights);
            }
            // through the clip to f∘c + i∘g: di = dc'∘g, df = dc'∘c, dg = dc'∘i, dc = dc'∘f; coupled: f = 1 − i, so di
            // −= df
            double[] dc = new double[n];
            for (int j = 0; j < n; j++) {
                double d = dcNew[j] * Activations.clipDerivative(cellClip, unclipped[j]);
                double df = d * c[j];
                double di = coupled ? d * g[j] - df : d * g[j];
                da[I * n + j] = di * sigma.derivative(a[I * n + j], i[j]);
                da[F * n + j] = coupled ? 0 : df * sigma.derivative(a[F * n + j], f[j]);
                da[G * n + j] = d * i[j] * candidate.derivative(a[G * n + j], g[j]);
                dc[j] = d * f[j];
            }
            // dc += p_i∘da_i + p_f∘da_f
            if (weights.hasPeepholes()) {
                weights.peepholeBackward(PEEPHOLE_I, da, I * n, c, dc, dweights);
                if (!coupled) {
                    weights.peepholeBackward(PEEPHOLE_F, da, F * n, c, dc, dweights);
                }
            }
            double[] dx = new double[weights.inputSize];
            double[] dh = new double[weights.stateSize];
            for (int gate : gates) {
                weights.inputBackward(gate, da, gate * n, x, dx, dweights);
                weights.recurrentBackward(gate, da, gate * n, h, dh, dweights);
            }
            return new StepGradient(dx, dh, dc);
        }

        @Override
        public void pieces(Pieces out) {
            int n = weights.hiddenSize;
            for (int gate : gates) {
                Gate function = gate == G ? candidate : sigma;
                for (int j = 0; j < n; j++) {
                    out.add(function.piece(a[gate * n + j]));
                }
            }
            for (int j = 0; j < n; j++) {
                out.add(Activations.clipPiece(cellClip, unclipped[j]));
                out.add(Activations.piece(output, cNext[j]));
            }
        }
    }
}
