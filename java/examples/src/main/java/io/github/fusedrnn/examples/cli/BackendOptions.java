package io.github.fusedrnn.examples.cli;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The backends that a command compares. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BackendOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--backend",
            paramLabel = "KIND",
            split = ",",
            description = "Backends to compare: cpu, cudnn, reference. Default: all available.")
    private List<BackendKind> backends = List.of();

    @Option(
            names = "--isa",
            paramLabel = "SET",
            split = ",",
            description = "Instruction sets of the CPU backend: all, auto, plain, neon, avx2, avx512. Default: auto.")
    private List<String> isas = List.of();

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads per call. Default: ${DEFAULT-VALUE}.")
    private int threads;

    /** The backends given on the command line; empty for the default. */
    public List<BackendKind> backends() {
        return backends;
    }

    /** The instruction sets given on the command line; empty for the default. */
    public List<String> instructionSets() {
        return isas;
    }

    /**
     * The combinations to compare.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if a backend is not available, with the reason
     */
    public List<BackendChoice> choices() {
        Arguments.requireThreads(spec, threads);
        List<BackendKind> kinds = !backends.isEmpty()
                ? backends
                : Backends.report().stream()
                        .filter(BackendStatus::available)
                        .map(BackendStatus::kind)
                        .toList();
        kinds.forEach(Backends::require);
        require(
                isas.isEmpty() || kinds.contains(BackendKind.CPU),
                "--isa",
                isas,
                "only with the cpu backend, which is not among " + kinds);
        List<BackendChoice> choices = new ArrayList<>();
        for (BackendKind kind : kinds) {
            if (kind == BackendKind.CPU && !isas.isEmpty()) {
                checkedInstructionSets().forEach(isa -> choices.add(new BackendChoice(kind, isa, threads)));
            } else {
                choices.add(new BackendChoice(kind, null, threads));
            }
        }
        return choices;
    }

    private List<String> checkedInstructionSets() {
        if (isas.equals(List.of("all"))) {
            return InstructionSets.available();
        }
        for (String isa : isas) {
            InstructionSets.whyNot(isa).ifPresent(reason -> {
                throw new ParameterException(spec.commandLine(), "--isa: " + reason);
            });
        }
        return isas;
    }

    /** Refuses an argument of the command: {@code name: value (expected: ...)}. */
    public void require(boolean ok, String name, @Nullable Object value, String expected) {
        Arguments.require(spec, ok, name, value, expected);
    }
}
