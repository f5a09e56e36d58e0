package io.github.fusedrnn.spi;

import io.github.fusedrnn.tensor.NativeResource;

/**
 * A backend's own immutable form of one version of a layer's weights, shared by all plans of the layer. The layer retires it when a newer
 * version takes its place; every running call and every open tape holds a use, and the memory goes with the last of them.
 */
public abstract class PackedWeights extends NativeResource {
    private final boolean training;
    private volatile boolean retired;

    /** A packed copy; {@code training} says whether backward can use it. */
    protected PackedWeights(String label, boolean training, Runnable free) {
        super(label, free);
        this.training = training;
    }

    /** Whether backward can use it. */
    public final boolean training() {
        return training;
    }

    /** Bytes held. */
    public abstract long bytes();

    /** Ends one use; frees the memory if this was the last one of a retired copy. */
    public final void drop() {
        release();
        if (retired) {
            tryClose();
        }
    }

    /** The layer has no more need of it: frees it now, or with the last use. */
    public final void retire() {
        retired = true;
        tryClose();
    }
}
