package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.tensor.TensorStorage;
import org.jspecify.annotations.Nullable;

/**
 * The packed copy of a layer's newest weights. Calls take it with one compare-and-set; whoever comes first after a change packs anew.
 */
public final class CurrentWeights {
    private final RecurrentEngine engine;
    private final LayerWeights weights;
    private final Workspaces workspaces;
    private final Object packing = new Object();
    private volatile @Nullable Packed current;
    private boolean closed; // guarded by packing

    /** One packed copy and the version it was made from. */
    public record Packed(PackedWeights weights, long version) {}

    public CurrentWeights(RecurrentEngine engine, LayerWeights weights, Workspaces workspaces) {
        this.engine = engine;
        this.weights = weights;
        this.workspaces = workspaces;
    }

    /** The newest weights, in use until the caller drops them. */
    public Packed take(boolean training) {
        weights.checkNotUpdating();
        for (; ; ) {
            Packed packed = current;
            if (packed != null
                    && packed.version() == weights.version()
                    && (!training || packed.weights().training())
                    && packed.weights().tryAcquire()) {
                return packed;
            }
            renew(training);
        }
    }

    /** Whether a copy that somebody holds in use is still what {@link #take} would give. */
    public boolean isNewest(Packed held) {
        weights.checkNotUpdating();
        return current == held && held.version() == weights.version();
    }

    private void renew(boolean training) {
        synchronized (packing) {
            checkOpen();
            Packed old = current;
            boolean keepTraining = training || (old != null && old.weights().training());
            if (old == null
                    || old.version() != weights.version()
                    || old.weights().training() != keepTraining) {
                publish(weights.read(block -> new Packed(pack(block, keepTraining), weights.version())));
            }
        }
    }

    /** Packs a whole new block before anybody sees it, then puts it in place: a call sees the old weights or the new, never a mixture. */
    public void replace(TensorStorage newBlock) {
        weights.checkNotUpdating();
        synchronized (packing) {
            checkOpen();
            Packed old = current;
            PackedWeights packed;
            newBlock.acquire();
            try {
                packed = pack(newBlock, old != null && old.weights().training());
            } finally {
                newBlock.release();
            }
            boolean done = false;
            try {
                publish(new Packed(packed, weights.replace(newBlock)));
                done = true;
            } finally {
                if (!done) {
                    packed.retire();
                }
            }
        }
    }

    /** With the help of a plan's threads, if one is idle: a caller that waits for these weights needs no plan meanwhile. */
    private PackedWeights pack(TensorStorage block, boolean training) {
        Plan idle = workspaces.takeIdlePlan();
        if (idle == null) {
            return engine.pack(block, training);
        }
        try {
            return engine.pack(block, training, idle);
        } finally {
            workspaces.giveBack(idle);
        }
    }

    private void publish(Packed packed) {
        Packed old = current;
        current = packed;
        if (old != null) {
            old.weights().retire();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the layer is closed");
        }
    }

    public long bytes() {
        Packed packed = current;
        return packed == null ? 0 : packed.weights().bytes();
    }

    public void close() {
        weights.checkNotUpdating();
        synchronized (packing) {
            closed = true;
            Packed old = current;
            current = null;
            if (old != null) {
                old.weights().retire();
            }
        }
    }
}
