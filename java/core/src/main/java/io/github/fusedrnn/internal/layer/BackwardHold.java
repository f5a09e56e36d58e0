package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Uses of everything that a backward call reads and writes, held for its length. */
public final class BackwardHold {
    private final List<TensorStorage> held = new ArrayList<>(5);

    private BackwardHold() {}

    public static BackwardHold of(UpstreamGradients upstream, InputGradients results) {
        BackwardHold hold = new BackwardHold();
        try {
            hold.add("dy", upstream.dy() == null ? null : TensorAccess.storage(upstream.dy()));
            hold.add("dStateOut", upstream.dOut() == null ? null : TensorAccess.storage(upstream.dOut()));
            hold.add("dx", results.dx() == null ? null : TensorAccess.storage(results.dx()));
            hold.add("dStateIn", results.dIn() == null ? null : TensorAccess.storage(results.dIn()));
            hold.add("gradients", results.dWeights() == null ? null : TensorAccess.storage(results.dWeights()));
            return hold;
        } catch (IllegalStateException e) {
            hold.release();
            throw e;
        }
    }

    private void add(String name, @Nullable TensorStorage storage) {
        if (storage != null) {
            if (!storage.tryAcquire()) {
                throw new IllegalStateException(name + ": " + storage.label() + " is closed");
            }
            held.add(storage);
        }
    }

    public void release() {
        held.forEach(TensorStorage::release);
    }
}
