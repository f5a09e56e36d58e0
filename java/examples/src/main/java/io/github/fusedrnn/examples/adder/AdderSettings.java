package io.github.fusedrnn.examples.adder;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.Texts;
import java.util.Locale;

/**
 * The settings of one adder.
 *
 * @param cell RNN, LSTM or GRU
 * @param activation of an RNN
 * @param hidden units of each layer
 * @param layers stacked layers
 * @param bias whether the cells have biases; the dense layer never has one
 * @param init initialization of the weights
 * @param dropout probability that an element of a layer's output is dropped in training, the last layer's too
 * @param optimizer optimizer of the weights
 * @param rate learning rate
 * @param loss to minimize
 * @param batch examples per step
 * @param steps steps of training
 */
record AdderSettings(
        CellKind cell,
        Activation activation,
        int hidden,
        int layers,
        boolean bias,
        Init init,
        float dropout,
        OptimizerKind optimizer,
        float rate,
        LossKind loss,
        int batch,
        int steps) {

    /** Initialization of the weights. */
    enum Init {
        /** Glorot's, with a forget gate's bias of 1. */
        GLOROT,
        /** Everything uniform in [−1, 1). */
        UNIFORM
    }

    /** The optimizer. */
    enum OptimizerKind {
        ADAM,
        SGD
    }

    /** The loss to minimize. */
    enum LossKind {
        /** The mean of (p − t)² over all outputs of the batch. */
        MEAN,
        /** Half the sum of (p − t)²: its gradient is p − t, as in the from-scratch tutorials. */
        HALF_SUM
    }

    /** The published two-layer LSTM, the same of GRUs, or the from-scratch RNN. */
    static AdderSettings defaults(CellKind cell) {
        return cell == CellKind.RNN
                ? new AdderSettings(
                        cell,
                        Activation.SIGMOID,
                        16,
                        1,
                        false,
                        Init.UNIFORM,
                        0,
                        OptimizerKind.SGD,
                        0.1f,
                        LossKind.HALF_SUM,
                        1,
                        10_000)
                : new AdderSettings(
                        cell,
                        Activation.TANH,
                        20,
                        2,
                        true,
                        Init.GLOROT,
                        0,
                        OptimizerKind.ADAM,
                        0.001f,
                        LossKind.MEAN,
                        64,
                        2_000);
    }

    /** One line. */
    @Override
    public String toString() {
        String cells =
                cell == CellKind.RNN ? "RNN (" + activation.kind().name().toLowerCase(Locale.ROOT) + ")" : cell.name();
        return Texts.format(
                "%d x %s of %d units, %s, weights %s, dropout %s, %s at %s, %s, batch %d, %d steps",
                layers,
                cells,
                hidden,
                bias ? "with biases" : "no biases",
                init == Init.UNIFORM
                        ? "uniform in [-1, 1)"
                        : cell == CellKind.LSTM ? "Glorot, forget bias 1" : "Glorot",
                dropout,
                Texts.lower(optimizer),
                rate,
                loss == LossKind.MEAN ? "mean squared error" : "half the sum of squared errors",
                batch,
                steps);
    }
}
