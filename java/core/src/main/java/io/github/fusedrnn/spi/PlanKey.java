package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;

/**
 * The key under which a measured choice is kept and saved: everything that the time of a call depends on beside the library's version and the
 * processor, field by field as {@code name=value}. Written out here, so that a saved tuning depends on no {@code toString()}: a field that is
 * added to a layer's description and changes the time of a call belongs here as well.
 */
public final class PlanKey {
    /** What the plan field of a tuning file cannot hold: it has printable characters without its separator. */
    private static final String NOT_OF_THE_FILE = "[^ -{}~]";

    private final StringBuilder text;

    /** A key that begins with the backend's name. */
    public PlanKey(String backend) {
        text = new StringBuilder(backend);
    }

    /** Adds a field; what a tuning file cannot hold becomes a question mark. */
    public PlanKey with(String name, Object value) {
        text.append(' ').append(name).append('=').append(String.valueOf(value).replaceAll(NOT_OF_THE_FILE, "?"));
        return this;
    }

    /** The size of calls, without threads: a backend with threads adds them. */
    public PlanKey with(PlanSize size) {
        return with("T", size.t()).with("N", size.n()).with("training", size.training());
    }

    /** The layer. */
    public PlanKey with(RecurrentConfig config) {
        return with("cell", config.cell().name())
                .with("C", config.inputSize())
                .with("H", config.hiddenSize())
                .with("P", config.projectionSize())
                .with("layers", config.layers())
                .with("direction", config.direction().name())
                .with("merge", config.merge().name())
                .with("bias", config.bias())
                .with("batchMajor", config.batchMajor())
                .with("dropout", config.dropout())
                .with("cellClip", config.cellClip())
                .with("gateClip", config.gateClip())
                .with("peepholes", config.peepholes())
                .with("coupledInputForget", config.coupledInputForget())
                .with("reset", config.reset().name())
                .with("activations", activations(config));
    }

    private static String activations(RecurrentConfig config) {
        StringBuilder all = new StringBuilder();
        for (Activation f : config.activations()) {
            all.append(all.length() == 0 ? "" : ",").append(f.kind().name());
            if (f.alpha() != 0 || f.beta() != 0) {
                all.append('(').append(f.alpha()).append(',').append(f.beta()).append(')');
            }
        }
        return all.toString();
    }

    /** The key. */
    public String text() {
        return text.toString();
    }
}
