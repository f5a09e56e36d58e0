package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.ParameterSpec.Kind;
import io.github.fusedrnn.weights.WeightLayout;

/**
 * The parameters of one layer and direction inside a canonical block, and the products that every cell makes with them. The rows of gate g
 * are [g*H, (g+1)*H) of each; products go gate by gate, so that a gate that a variant does not use is never touched, neither read in
 * forward nor written in backward.
 */
final class CellWeights {
    private static final int ABSENT = -1;

    /** C_k, H, and the width of the recurrent state: P with projection, else H. */
    final int inputSize;

    final int hiddenSize;
    final int stateSize;

    private final double[] block;
    private final int weightIh;
    private final int weightHh;
    private final int biasIh;
    private final int biasHh;
    private final int weightHr;
    private final int peephole;

    CellWeights(RecurrentConfig config, WeightLayout layout, double[] block, int layer, int direction) {
        this.block = block;
        inputSize = config.inputSize(layer);
        hiddenSize = config.hiddenSize();
        stateSize = config.stateSize();
        weightIh = offset(layout, layer, direction, Kind.WEIGHT_IH);
        weightHh = offset(layout, layer, direction, Kind.WEIGHT_HH);
        biasIh = offset(layout, layer, direction, Kind.BIAS_IH);
        biasHh = offset(layout, layer, direction, Kind.BIAS_HH);
        weightHr = offset(layout, layer, direction, Kind.WEIGHT_HR);
        peephole = offset(layout, layer, direction, Kind.WEIGHT_PEEPHOLE);
    }

    private static int offset(WeightLayout layout, int layer, int direction, Kind kind) {
        ParameterSpec spec = layout.find(layer, direction, kind);
        return spec == null ? ABSENT : Math.toIntExact(spec.offset());
    }

    boolean hasProjection() {
        return weightHr != ABSENT;
    }

    boolean hasPeepholes() {
        return peephole != ABSENT;
    }

    /** a[aAt ..] += W_ih x + b_ih, the rows of one gate. */
    void addInput(int gate, double[] x, double[] a, int aAt) {
        int row = gate * hiddenSize;
        Dense.addProduct(block, weightIh + row * inputSize, hiddenSize, inputSize, x, a, aAt);
        if (biasIh != ABSENT) {
            Dense.add(block, biasIh + row, a, aAt, hiddenSize);
        }
    }

    /** a[aAt ..] += W_hh h + b_hh, the rows of one gate. */
    void addRecurrent(int gate, double[] h, double[] a, int aAt) {
        int row = gate * hiddenSize;
        Dense.addProduct(block, weightHh + row * stateSize, hiddenSize, stateSize, h, a, aAt);
        if (biasHh != ABSENT) {
            Dense.add(block, biasHh + row, a, aAt, hiddenSize);
        }
    }

    /** Backward of {@link #addInput}: dx += W_ihᵀ da, dW_ih += da xᵀ, db_ih += da. */
    void inputBackward(int gate, double[] da, int daAt, double[] x, double[] dx, double[] dblock) {
        int row = gate * hiddenSize;
        Dense.addTransposedProduct(block, weightIh + row * inputSize, hiddenSize, inputSize, da, daAt, dx);
        Dense.addOuterProduct(dblock, weightIh + row * inputSize, hiddenSize, inputSize, da, daAt, x);
        if (biasIh != ABSENT) {
            Dense.add(da, daAt, dblock, biasIh + row, hiddenSize);
        }
    }

    /** Backward of {@link #addRecurrent}: dh += W_hhᵀ da, dW_hh += da hᵀ, db_hh += da. */
    void recurrentBackward(int gate, double[] da, int daAt, double[] h, double[] dh, double[] dblock) {
        int row = gate * hiddenSize;
        Dense.addTransposedProduct(block, weightHh + row * stateSize, hiddenSize, stateSize, da, daAt, dh);
        Dense.addOuterProduct(dblock, weightHh + row * stateSize, hiddenSize, stateSize, da, daAt, h);
        if (biasHh != ABSENT) {
            Dense.add(da, daAt, dblock, biasHh + row, hiddenSize);
        }
    }

    /** W_hr m: the projection. */
    double[] project(double[] m) {
        double[] h = new double[stateSize];
        Dense.addProduct(block, weightHr, stateSize, hiddenSize, m, h, 0);
        return h;
    }

    /** Backward of {@link #project}: returns dm = W_hrᵀ dh, and dW_hr += dh mᵀ. */
    double[] projectBackward(double[] dh, double[] m, double[] dblock) {
        double[] dm = new double[hiddenSize];
        Dense.addTransposedProduct(block, weightHr, stateSize, hiddenSize, dh, 0, dm);
        Dense.addOuterProduct(dblock, weightHr, stateSize, hiddenSize, dh, 0, m);
        return dm;
    }

    /** a[aAt ..] += p∘c; slot 0, 1, 2 = the peephole of i, f, o. */
    void addPeephole(int slot, double[] c, double[] a, int aAt) {
        int p = peephole + slot * hiddenSize;
        for (int j = 0; j < hiddenSize; j++) {
            a[aAt + j] += block[p + j] * c[j];
        }
    }

    /** Backward of {@link #addPeephole}: dc += p∘da, dp += da∘c. */
    void peepholeBackward(int slot, double[] da, int daAt, double[] c, double[] dc, double[] dblock) {
        int p = peephole + slot * hiddenSize;
        for (int j = 0; j < hiddenSize; j++) {
            dc[j] += block[p + j] * da[daAt + j];
            dblock[p + j] += da[daAt + j] * c[j];
        }
    }
}
