package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.spi.PackedWeights;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** cuDNN's weight spaces of one version of the weights: for inference, and for training where its stages differ. */
final class CudnnPackedWeights extends PackedWeights {
    private static final AtomicLong NEXT = new AtomicLong(1);

    private final long number = NEXT.getAndIncrement();
    private final Spaces inference;
    private final Spaces forTraining;
    private final long bytes;

    /**
     * Takes ownership of the spaces.
     *
     * @param other those of training's stages; null if they are the same, or if these weights are for inference only
     */
    CudnnPackedWeights(Spaces inference, @Nullable Spaces other, boolean training, Cleanup cleanup) {
        super("packed weights", training, cleanup);
        this.inference = inference;
        this.forTraining = other == null ? inference : other;
        this.bytes = inference.bytes() + (other == null ? 0 : other.bytes());
    }

    /** Unique to this version in the process. */
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
