package io.github.fusedrnn.check;

import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training call of the reference with its upstream gradients, in arrays that a check may change and put back. Absent initial states
 * are zeros here, so that their gradients can be checked too. Mutable, one thread.
 */
final class LayerCall {
    final ReferenceNetwork network;
    final double[] weights;
    final double[] x;
    final double[] h0;
    final double[] c0;
    final LossSum loss;
    final int steps;
    final int rows;

    private final int @Nullable [] lengths;
    private final boolean dropout;
    private final long seed;
    private final long call;

    /** A call without dropout. */
    LayerCall(ReferenceNetwork network, double[] weights, SequenceInput input, LossSum loss) {
        this(network, weights, input, loss, false, 0, 0);
    }

    /** The input's arrays are copied, weights and upstream are taken as they are. */
    LayerCall(
            ReferenceNetwork network,
            double[] weights,
            SequenceInput input,
            LossSum loss,
            boolean dropout,
            long seed,
            long call) {
        this.network = network;
        this.weights = weights;
        this.loss = loss;
        this.dropout = dropout;
        this.seed = seed;
        this.call = call;
        steps = input.steps();
        rows = input.rows();
        lengths = input.lengths();
        x = input.x();
        long states = (long) network.config().stateLayers() * rows;
        h0 = orZeros(input.h0(), states * network.config().stateSize());
        c0 = orZeros(
                input.c0(),
                network.config().hasCellState() ? states * network.config().hiddenSize() : 0);
    }

    private static double[] orZeros(double @Nullable [] state, long size) {
        return state == null ? new double[Math.toIntExact(size)] : state;
    }

    List<Long> inputShape() {
        return sequenceShape(network.config().inputSize());
    }

    List<Long> outputShape() {
        return sequenceShape(network.config().outputSize());
    }

    private List<Long> sequenceShape(long width) {
        boolean batchMajor = network.config().batchMajor();
        return List.of((long) (batchMajor ? rows : steps), (long) (batchMajor ? steps : rows), width);
    }

    List<Long> hShape() {
        return List.of((long) network.config().stateLayers(), (long) rows, (long)
                network.config().stateSize());
    }

    List<Long> cShape() {
        return List.of((long) network.config().stateLayers(), (long) rows, (long)
                network.config().hiddenSize());
    }

    ReferenceTape forward() {
        return network.forward(weights, steps, rows, lengths, x, h0, c0, dropout, seed, call);
    }

    /** Outputs alone, without dropout. */
    ReferenceTape infer() {
        return network.infer(weights, steps, rows, lengths, x, h0, c0);
    }

    ReferenceGradients backward(ReferenceTape tape) {
        return network.backward(tape, loss.dy(), loss.dhn(), loss.dcn());
    }
}
