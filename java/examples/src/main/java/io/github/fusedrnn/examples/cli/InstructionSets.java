package io.github.fusedrnn.examples.cli;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import java.util.List;
import java.util.Optional;

/** The instruction sets of the CPU backend, found by asking it for a layer of one unit with each. */
public final class InstructionSets {
    /** The instruction sets of any build, fastest last. */
    public static final List<String> KNOWN = List.of("plain", "neon", "avx2", "avx512");

    private InstructionSets() {}

    /** The instruction sets that this machine can run. */
    public static List<String> available() {
        return KNOWN.stream().filter(isa -> whyNot(isa).isEmpty()).toList();
    }

    /** Why a layer cannot use an instruction set, empty where it can. */
    public static Optional<String> whyNot(String isa) {
        try {
            Lstm.builder(1, 1).backend(BackendKind.CPU).cpuIsa(isa).build().close();
            return Optional.empty();
        } catch (IllegalArgumentException | UnsupportedOperationException | FusedRnnException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
