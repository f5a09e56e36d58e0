package io.github.fusedrnn.peers.onednn;

import io.github.fusedrnn.config.CellKind;

/**
 * oneDNN's weight layout of one layer and direction, compared with PyTorch's. Weights are {@code ldigo}: {@code [in, G, H]} instead of
 * {@code [G*H, in]}. Gate order: LSTM i f c o, as in PyTorch; GRU u r o, which swaps PyTorch's r and z. There is one bias; that of the GRU with the
 * reset after the product ({@code lbr_gru}) has four parts: u, r, o and the recurrent part of o.
 */
enum CellLayout {
    LSTM(0, 1, 2, 3),
    GRU(1, 0, 2),
    RNN(0);

    /** {@code order[g]}: the index of PyTorch's gate at position g. */
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

    /** Number of bias parts of H elements each. */
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

    /** The inverse of {@link #putWeight}. */
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

    /** Combines PyTorch's two biases into oneDNN's one. */
    void putBias(float[] input, float[] recurrent, int hidden, float[] target, int offset) {
        for (int g = 0; g < gates(); g++) {
            boolean separate = this == GRU && g == 2;
            for (int h = 0; h < hidden; h++) {
                int from = order[g] * hidden + h;
                target[offset + g * hidden + h] = separate ? input[from] : input[from] + recurrent[from];
                if (separate) {
                    target[offset + 3 * hidden + h] = recurrent[from];
                }
            }
        }
    }

    /** The gradient of one of PyTorch's biases, from the gradient of oneDNN's bias. */
    float[] bias(float[] source, int offset, int hidden, boolean recurrent) {
        float[] bias = new float[gates() * hidden];
        for (int g = 0; g < gates(); g++) {
            int part = recurrent && this == GRU && g == 2 ? 3 : g;
            System.arraycopy(source, offset + part * hidden, bias, order[g] * hidden, hidden);
        }
        return bias;
    }
}
