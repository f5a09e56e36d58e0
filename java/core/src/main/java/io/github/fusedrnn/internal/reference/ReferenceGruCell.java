package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import java.util.Arrays;

/**
 * r,z = σ(W_ih x + b_ih + W_hh h + b_hh), h' = (1−z)∘n + z∘h. Cho et al. 2014, "Learning phrase representations using RNN
 * encoder-decoder". The candidate depends on where the reset gate acts:
 *
 * <ul>
 *   <li>before: n = tanh(W_in x + b_in + W_hn (r∘h) + b_hn), as in the paper and ONNX's default;
 *   <li>after: n = tanh(W_in x + b_in + r∘(W_hn h + b_hn)), cuDNN's and PyTorch's;
 *   <li>none: n = tanh(W_in x + b_in + W_hn h + b_hn), r = 1; nothing of r's own is read. Minimal form after Zhou et al. 2016.
 * </ul>
 *
 * Gate clip and other activations: see {@link Gate}; slot f is for r and z, slot g for n.
 */
final class ReferenceGruCell implements ReferenceCell {
    private static final int R = 0;
    private static final int Z = 1;
    private static final int N = 2;

    private final CellWeights weights;
    private final Gate sigma;
    private final Gate candidate;
    private final ResetPlacement reset;

    ReferenceGruCell(RecurrentConfig config, CellWeights weights, int direction) {
        this.weights = weights;
        sigma = new Gate(config.activation(direction, 0), config.gateClip());
        candidate = new Gate(config.activation(direction, 1), config.gateClip());
        reset = config.reset();
    }

    @Override
    public Step forward(double[] x, double[] h, double[] c) {
        GruStep s = new GruStep(x, h, c);
        int n = weights.hiddenSize;

        // r = σ(a_r), a_r = W_ir x + b_ir + W_hr h + b_hr; without a reset gate r = 1
        if (reset == ResetPlacement.NONE) {
            Arrays.fill(s.r, 1);
        } else {
            weights.addInput(R, x, s.ar, 0);
            weights.addRecurrent(R, h, s.ar, 0);
            for (int j = 0; j < n; j++) {
                s.r[j] = sigma.value(s.ar[j]);
            }
        }
        // z = σ(a_z), a_z = W_iz x + b_iz + W_hz h + b_hz
        weights.addInput(Z, x, s.az, 0);
        weights.addRecurrent(Z, h, s.az, 0);
        // a_n = W_in x + b_in + the recurrent part
        weights.addInput(N, x, s.an, 0);
        if (reset == ResetPlacement.BEFORE) {
            // W_hn (r∘h) + b_hn
            for (int j = 0; j < n; j++) {
                s.resetState[j] = s.r[j] * h[j];
            }
            weights.addRecurrent(N, s.resetState, s.an, 0);
        } else {
            // r∘(W_hn h + b_hn)
            weights.addRecurrent(N, h, s.recurrent, 0);
            for (int j = 0; j < n; j++) {
                s.an[j] += s.r[j] * s.recurrent[j];
            }
        }
        // h' = (1−z)∘n + z∘h
        for (int j = 0; j < n; j++) {
            s.z[j] = sigma.value(s.az[j]);
            s.n[j] = candidate.value(s.an[j]);
            s.hNext[j] = (1 - s.z[j]) * s.n[j] + s.z[j] * h[j];
        }
        return s;
    }

    private final class GruStep implements Step {
        private final double[] x;
        private final double[] h;
        private final double[] c;
        /** What enters each gate. */
        private final double[] ar = new double[weights.hiddenSize];

        private final double[] az = new double[weights.hiddenSize];
        private final double[] an = new double[weights.hiddenSize];
        private final double[] r = new double[weights.hiddenSize];
        private final double[] z = new double[weights.hiddenSize];
        private final double[] n = new double[weights.hiddenSize];
        /** Reset before: r∘h. */
        private final double[] resetState = new double[weights.hiddenSize];
        /** Reset after or none: W_hn h + b_hn. */
        private final double[] recurrent = new double[weights.hiddenSize];

        private final double[] hNext = new double[weights.hiddenSize];

        GruStep(double[] x, double[] h, double[] c) {
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
            return c;
        }

        @Override
        public StepGradient backward(double[] dhNext, double[] dcNext, double[] dweights) {
            int size = weights.hiddenSize;
            double[] dx = new double[weights.inputSize];
            double[] dh = new double[size];
            double[] daz = new double[size];
            double[] dan = new double[size];
            // h' = (1−z)∘n + z∘h: dn = dh'∘(1−z), dz = dh'∘(h−n), dh = dh'∘z
            for (int j = 0; j < size; j++) {
                dan[j] = dhNext[j] * (1 - z[j]) * candidate.derivative(an[j], n[j]);
                daz[j] = dhNext[j] * (h[j] - n[j]) * sigma.derivative(az[j], z[j]);
                dh[j] = dhNext[j] * z[j];
            }
            weights.inputBackward(N, dan, 0, x, dx, dweights);
            weights.inputBackward(Z, daz, 0, x, dx, dweights);
            weights.recurrentBackward(Z, daz, 0, h, dh, dweights);

            double[] dr = new double[size];
            if (reset == ResetPlacement.BEFORE) {
                // a_n = … + W_hn (r∘h) + b_hn: d(r∘h) = W_hnᵀ da_n, dr = d(r∘h)∘h, dh += d(r∘h)∘r
                double[] dResetState = new double[size];
                weights.recurrentBackward(N, dan, 0, resetState, dResetState, dweights);
                for (int j = 0; j < size; j++) {
                    dr[j] = dResetState[j] * h[j];
                    dh[j] += dResetState[j] * r[j];
                }
            } else {
                // a_n = … + r∘(W_hn h + b_hn): dr = da_n∘(W_hn h + b_hn), and da_n∘r goes on into the product
                double[] dRecurrent = new double[size];
                for (int j = 0; j < size; j++) {
                    dr[j] = dan[j] * recurrent[j];
                    dRecurrent[j] = dan[j] * r[j];
                }
                weights.recurrentBackward(N, dRecurrent, 0, h, dh, dweights);
            }
            if (reset != ResetPlacement.NONE) {
                double[] dar = new double[size];
                for (int j = 0; j < size; j++) {
                    dar[j] = dr[j] * sigma.derivative(ar[j], r[j]);
                }
                weights.inputBackward(R, dar, 0, x, dx, dweights);
                weights.recurrentBackward(R, dar, 0, h, dh, dweights);
            }
            return new StepGradient(dx, dh, dcNext);
        }

        @Override
        public void pieces(Pieces out) {
            for (int j = 0; j < weights.hiddenSize; j++) {
                if (reset != ResetPlacement.NONE) {
                    out.add(sigma.piece(ar[j]));
                }
                out.add(sigma.piece(az[j]));
                out.add(candidate.piece(an[j]));
            }
        }
    }
}
