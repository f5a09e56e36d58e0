package io.github.fusedrnn.formats.testing;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an imported layer gives on a backend. */
public record LayerRun(float[] y, float[] hn, float @Nullable [] cn) {
    /** The backends that imports have to agree on. */
    public static final List<BackendKind> BACKENDS = List.of(BackendKind.REFERENCE, BackendKind.CPU);

    /** Runs T steps of N rows; without states from zeros. */
    public static LayerRun of(
            LayerImport layer,
            BackendKind backend,
            int t,
            int n,
            float[] x,
            int @Nullable [] lengths,
            float @Nullable [] h0,
            float @Nullable [] c0) {
        try (RecurrentLayer built = layer.builder().backend(backend).build();
                FloatTensor input = built.newInput(t, n);
                FloatTensor output = built.newOutput(t, n);
                RecurrentState state = built.newState(n)) {
            input.copyFrom(x);
            if (h0 != null) {
                state.h().copyFrom(h0);
            }
            if (c0 != null && state.hasCellState()) {
                state.c().copyFrom(c0);
            }
            built.infer(input, lengths, state, output, state);
            return new LayerRun(
                    output.toArray(),
                    state.h().toArray(),
                    state.hasCellState() ? state.c().toArray() : null);
        }
    }
}
