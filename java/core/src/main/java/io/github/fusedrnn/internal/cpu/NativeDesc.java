package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.Merge;
import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.spi.RecurrentDesc;
import org.bytedeco.javacpp.Loader;

/** Writes a description as the ABI's struct. Ordinals of the enums are the ABI's constants; {@code NativeDescTest} holds them together. */
final class NativeDesc implements AutoCloseable {
    private static final int SLOTS = 3;

    private final long block;
    private final fr_desc struct;

    NativeDesc(RecurrentDesc desc) {
        long bytes = Loader.sizeof(fr_desc.class);
        block = NativeApi.fr_alloc(bytes);
        if (block == 0) {
            throw MemoryLimit.refused(bytes, "description");
        }
        struct = new fr_desc(new Span(block, 1));
        struct.cell(desc.cell().ordinal())
                .input_size(desc.inputSize())
                .hidden_size(desc.hiddenSize())
                .projection_size(desc.projectionSize())
                .layers(desc.layers())
                .direction(desc.direction().ordinal())
                .merge_sum(desc.merge() == Merge.SUM ? 1 : 0)
                .bias(desc.bias() ? 1 : 0)
                .batch_major(desc.batchMajor() ? 1 : 0)
                .gru_reset(desc.reset().ordinal())
                .peephole(desc.peepholes() ? 1 : 0)
                .coupled(desc.coupledInputForget() ? 1 : 0)
                .cell_clip(desc.cellClip())
                .gate_clip(desc.gateClip())
                .dropout(desc.dropout());
        int slots = desc.cell().activationSlots().size();
        for (int d = 0; d < 2; d++) {
            for (int slot = 0; slot < SLOTS; slot++) {
                boolean used = d < desc.directions() && slot < slots;
                Activation f = used ? desc.activation(d, slot) : Activation.IDENTITY;
                int i = d * SLOTS + slot;
                struct.activation(i, f.kind().ordinal()).alpha(i, f.alpha()).beta(i, f.beta());
            }
        }
    }

    /** The struct, good until this is closed; native code keeps a copy of its own. */
    fr_desc struct() {
        return struct;
    }

    @Override
    public void close() {
        NativeApi.fr_free(block);
    }
}
