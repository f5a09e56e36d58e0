package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.Span;
import io.github.fusedrnn.internal.natives.fr_desc;
import org.bytedeco.javacpp.Loader;

/** Writes a layer's configuration as the ABI's fr_desc. Ordinals of the enums are the ABI's constants, as {@code NativeDescTest} checks. */
final class NativeDesc implements AutoCloseable {
    private static final int SLOTS = 3;

    private final long block;
    private final fr_desc struct;

    NativeDesc(RecurrentConfig config) {
        long bytes = Loader.sizeof(fr_desc.class);
        block = NativeApi.fr_alloc(bytes);
        if (block == 0) {
            throw MemoryLimit.refused(bytes, "description");
        }
        struct = new fr_desc(new Span(block, 1));
        struct.cell(config.cell().ordinal())
                .input_size(config.inputSize())
                .hidden_size(config.hiddenSize())
                .projection_size(config.projectionSize())
                .layers(config.layers())
                .direction(config.direction().ordinal())
                .merge_sum(config.merge() == Merge.SUM ? 1 : 0)
                .bias(config.bias() ? 1 : 0)
                .batch_major(config.batchMajor() ? 1 : 0)
                .gru_reset(config.reset().ordinal())
                .peephole(config.peepholes() ? 1 : 0)
                .coupled(config.coupledInputForget() ? 1 : 0)
                .cell_clip(config.cellClip())
                .gate_clip(config.gateClip())
                .dropout(config.dropout());
        int slots = config.cell().activationSlots().size();
        for (int d = 0; d < 2; d++) {
            for (int slot = 0; slot < SLOTS; slot++) {
                boolean used = d < config.directions() && slot < slots;
                Activation f = used ? config.activation(d, slot) : Activation.IDENTITY;
                int i = d * SLOTS + slot;
                struct.activation(i, f.kind().ordinal()).alpha(i, f.alpha()).beta(i, f.beta());
            }
        }
    }

    /** The struct, valid until this is closed; native code copies it. */
    fr_desc struct() {
        return struct;
    }

    @Override
    public void close() {
        NativeApi.fr_free(block);
    }
}
