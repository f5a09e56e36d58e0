package io.github.fusedrnn.cudnn.gpu;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;

/** Runs every kernel of our own over sizes that fill no block; for {@code compute-sanitizer}. */
public final class EveryKernel {
    private static final int ROWS = 37;
    private static final int COLS = 301;

    private EveryKernel() {}

    public static void main(String[] args) {
        Backend backend = BackendRegistry.open(BackendKind.CUDNN);
        DenseOps dense = backend.dense();
        int[] ids = new int[ROWS];
        for (int r = 0; r < ROWS; r++) {
            ids[r] = r * r % ROWS;
        }
        double told = 0;
        try (FloatTensor x = FloatTensor.allocate(backend, ROWS, COLS);
                FloatTensor y = FloatTensor.allocate(backend, ROWS, COLS);
                FloatTensor dx = FloatTensor.allocate(backend, ROWS, COLS);
                FloatTensor m = FloatTensor.allocate(backend, ROWS, COLS);
                FloatTensor v = FloatTensor.allocate(backend, ROWS, COLS);
                FloatTensor bias = FloatTensor.allocate(backend, COLS)) {
            x.copyFrom(RawNetwork.random(x.size()));
            bias.fill(0.5f);
            dense.addBias(x, bias);
            dense.biasGradient(x, bias);
            dense.gather(x, ids, y);
            dense.scatter(y, ids, x);
            dense.scatterAdd(y, ids, x);
            told += dense.softmaxCrossEntropy(x, ids, 3, 0.1f, dx).loss();
            dense.softmax(x, COLS, y);
            told += dense.sigmoidCrossEntropy(x, y, 0.1f, dx) + dense.squaredError(x, y, 0.1f, dx);
            for (Activation f : new Activation[] {Activation.TANH, Activation.SIGMOID, Activation.elu(0.9f)}) {
                dense.activate(f, x, y);
                dense.activateBackward(f, x, y, dx, dx);
            }
            dense.dropout(x, y, ROWS, 1, COLS, 0.5f, 1, 2, 3);
            dense.scale(y, 0.5f);
            dense.clamp(y, -0.1f, 0.1f);
            dense.axpy(0.5f, y, x);
            dense.sgd(x, dx, v, 0.1f, 0.9f, 0.01f, true);
            v.fill(0);
            dense.adam(x, dx, m, v, new DenseOps.AdamStep(0.1f, 0.9f, 0.99f, 1e-8f, 0.01f, true, 1));
            told += dense.sum(x) + dense.sumOfSquares(x);
            x.synchronize();
        }
        System.out.println("all kernels of dense operations ran: " + told);
        for (Precision precision : new Precision[] {Precision.FLOAT32, Precision.FLOAT16, Precision.BFLOAT16}) {
            try (Gru layer = Gru.builder(5, 7)
                    .layers(2)
                    .bidirectional(Merge.SUM)
                    .dropout(0.5f)
                    .precision(precision)
                    .backend(BackendKind.CUDNN)
                    .build()) {
                told += train(layer);
            }
        }
        try (Rnn layer = Rnn.builder(5, 7)
                .direction(Direction.REVERSE)
                .backend(BackendKind.CUDNN)
                .build()) {
            told += train(layer);
        }
        System.out.println("all kernels ran: " + told);
    }

    /** A training step with all mappings around cuDNN's layers: data types, sums, masks, reversed and padded sequences, states. */
    private static double train(RecurrentLayer layer) {
        int[] lengths = {2, 4, 1};
        try (FloatTensor x = layer.newInput(4, 3);
                FloatTensor y = layer.newOutput(4, 3);
                FloatTensor dx = layer.newInput(4, 3);
                RecurrentState in = layer.newState(3);
                RecurrentState out = layer.newState(3);
                RecurrentState dIn = layer.newState(3);
                Gradients gradients = layer.newGradients()) {
            x.copyFrom(RawNetwork.random(x.size()));
            layer.infer(x, lengths, in, y, out);
            try (Tape tape = layer.forward(x, lengths, in, y, out)) {
                tape.backward(y, null, dx, dIn, gradients);
            }
            return dx.get(0) + gradients.all().get(0);
        }
    }
}
