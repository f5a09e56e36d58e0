package io.github.fusedrnn.peers.onednn;

import io.github.fusedrnn.config.CellKind;

/**
 * oneDNN's arrangement of one layer and direction beside PyTorch's. Weights are {@code ldigo}: {@code [in, G, H]} instead of {@code [G*H, in]}.
 * Gates: LSTM i f c o as there; GRU u r o, so that PyTorch's r and z change places. One bias; the GRU with the reset after the product
 * ({@code lbr_gru}) has four parts: u r o, then the recurrent one of o.
 */
enum CellLayout {
    LSTM(0, 1, 2, 3),
    GRU(1, 0, 2),
    RNN(0);

    /** {@code order[g]}: which of PyTorch's gates stands at g. */
    private final int[] order;

    CellLayout(int... order) {
        this.order = order;
    }

    static CellLayout of(CellKind cell) {
        return switch (cell) {
            case LSTM -> LSTM;
            case GRU -> GRU;
            case RNN -> RNN;
        };
    }

    int gates() {
        return order.length;
    }

    /** Parts of the bias, of H each. */
    int biasParts() {
        return this == GRU ? 4 : order.length;
    }

    /** Writes {@code weight [G*H, in]} into {@code target} from {@code offset} as {@code [in, G, H]}. */
    void putWeight(float[] weight, int inputs, int hidden, float[] target, int offset) {
        for (int g = 0; g < gates(); g++) {
            for (int h = 0; h < hidden; h++) {
                int row = (order[g] * hidden + h) * inputs;
                for (int i = 0; i < inputs; i++) {
                    target[offset + (i * gates() + g) * hidden + h] = weight[row + i];
                }
            }
        }
    }

    /** The reverse of {@link #putWeight}. */
    float[] weight(float[] source, int offset, int inputs, int hidden) {
        float[] weight = new float[gates() * hidden * inputs];
        for (int g = 0; g < gates(); g++) {
            for (int h = 0; h < hidden; h++) {
                int row = (order[g] * hidden + h) * inputs;
                for (int i = 0; i < inputs; i++) {
                    weight[row + i] = source[offset + (i * gates() + g) * hidden + h];
                }
            }
        }
        return weight;
    }

    /** Writes both of PyTorch's biases as oneDNN's one. */
    void putBias(float[] input, float[] recurrent, int hidden, float[] target, int offset) {
        for (int g = 0; g < gates(); g++) {
            boolean apart = this == GRU && g == 2;
            for (int h = 0; h < hidden; h++) {
                int from = order[g] * hidden + h;
                target[offset + g * hidden + h] = apart ? input[from] : input[from] + recurrent[from];
                if (apart) {
                    target[offset + 3 * hidden + h] = recurrent[from];
                }
            }
        }
    }

    /** The gradient of one of PyTorch's biases from that of oneDNN's. */
    float[] bias(float[] source, int offset, int hidden, boolean recurrent) {
        float[] bias = new float[gates() * hidden];
        for (int g = 0; g < gates(); g++) {
            int part = recurrent && this == GRU && g == 2 ? 3 : g;
            System.arraycopy(source, offset + part * hidden, bias, order[g] * hidden, hidden);
        }
        return bias;
    }
}
