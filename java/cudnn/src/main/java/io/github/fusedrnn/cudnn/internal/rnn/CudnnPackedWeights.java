package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.spi.PackedWeights;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** cuDNN's weight spaces of one version of the weights: of inference, and of training where its stages are others. */
final class CudnnPackedWeights extends PackedWeights {
    private static final AtomicLong NEXT = new AtomicLong(1);

    private final long number = NEXT.getAndIncrement();
    private final Spaces inference;
    private final Spaces forTraining;
    private final long bytes;

    /**
     * Takes over the spaces.
     *
     * @param other those of training's own stages; null if there are none, or if these weights are not for training
     */
    CudnnPackedWeights(Spaces inference, @Nullable Spaces other, boolean training, Cleanup cleanup) {
        super("packed weights", training, cleanup);
        this.inference = inference;
        this.forTraining = other == null ? inference : other;
        this.bytes = inference.bytes() + (other == null ? 0 : other.bytes());
    }

    /** Of this version alone, in the whole process. */
    long number() {
        return number;
    }

    Spaces spaces(boolean training) {
        return training ? forTraining : inference;
    }

    @Override
    public long bytes() {
        return bytes;
    }
}
