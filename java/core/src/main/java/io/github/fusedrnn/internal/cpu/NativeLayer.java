package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.fr_layer;
import io.github.fusedrnn.internal.natives.fr_packed;
import io.github.fusedrnn.internal.natives.fr_plan;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The native handle of a layer: its description, instruction set and products. Immutable and thread-safe.
 *
 * <p>Nobody closes it: packed weights and plans keep what they need natively, and a {@link Cleaner} frees the handle once no more of them
 * can be created.
 */
final class NativeLayer {
    private static final Cleaner CLEANER = Cleaner.create();

    private final fr_layer handle;

    /** @throws IllegalArgumentException if the native library does not support the layer */
    NativeLayer(RecurrentConfig config, Isa isa, Products products) {
        try (NativeDesc desc = new NativeDesc(config)) {
            fr_layer created = NativeApi.fr_layer_create(desc.struct(), isa.ordinal(), products.ordinal());
            if (created == null) {
                throw new IllegalArgumentException("layer: " + NativeApi.fr_last_error());
            }
            handle = created;
            CLEANER.register(this, () -> NativeApi.fr_layer_free(created));
        }
    }

    /** Bytes of packed weights, or a negative number, as the native library reports an error. */
    long packBytes(boolean training) {
        try {
            return NativeApi.fr_pack_bytes(handle, flag(training));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Null on failure.
     *
     * @param idle its threads help
     */
    @SuppressWarnings("NullAway") // the bindings pass null on as NULL, and bear no annotations
    @Nullable
    fr_packed pack(boolean training, long canonical, long[] offsets, @Nullable fr_plan idle) {
        try {
            return NativeApi.fr_pack(handle, flag(training), canonical, offsets, idle);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Bytes of a plan, negative on failure.
     *
     * @param schedule null for the default
     */
    @SuppressWarnings("NullAway") // the bindings pass null on as NULL, and bear no annotations
    long planBytes(int t, int n, int threads, boolean training, @Nullable String schedule) {
        try {
            return NativeApi.fr_plan_bytes(handle, t, n, threads, flag(training), schedule);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Null on failure.
     *
     * @param schedule null for the default
     */
    @SuppressWarnings("NullAway") // the bindings pass null on as NULL, and bear no annotations
    @Nullable
    fr_plan plan(int t, int n, int threads, boolean training, @Nullable String schedule) {
        try {
            return NativeApi.fr_plan_create(handle, t, n, threads, flag(training), schedule);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The schedules worth measuring, the default first; null on failure. */
    @Nullable
    List<String> schedules(int t, int n, int threads, boolean training) {
        try {
            String lines = NativeApi.fr_schedules(handle, t, n, threads, flag(training));
            return lines == null ? null : lines.lines().toList();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Bytes that a training call keeps for backward, negative on failure. */
    long reserveBytes(int t, int n) {
        try {
            return NativeApi.fr_reserve_bytes(handle, t, n);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static int flag(boolean training) {
        return training ? 1 : 0;
    }
}
