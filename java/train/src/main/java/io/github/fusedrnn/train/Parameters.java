package io.github.fusedrnn.train;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * All parameters of a model: named blocks of one backend, in the order in which they were added. What an optimiser
 * updates, clipping bounds and a checkpoint saves. Owns nothing. The list itself is immutable; the blocks are for
 * one thread at a time.
 */
public final class Parameters {
    /** What the names of saved recurrent states begin with. */
    static final String STATE = "state";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    private final Map<String, ParameterBlock> blocks;
    private final BackendKind backend;

    private Parameters(Map<String, ParameterBlock> blocks) {
        this.blocks = Collections.unmodifiableMap(new LinkedHashMap<>(blocks));
        this.backend = blocks.values().iterator().next().backend();
    }

    /** An empty list to add to. */
    public static Builder builder() {
        return new Builder();
    }

    /** The blocks by name, in order; unmodifiable. */
    public Map<String, ParameterBlock> blocks() {
        return blocks;
    }

    /** The backend of all blocks. */
    public BackendKind backend() {
        return backend;
    }

    /** Number of scalar parameters. */
    public long size() {
        return blocks.values().stream().mapToLong(ParameterBlock::size).sum();
    }

    /** Sets every gradient to zero. */
    public void zeroGradients() {
        for (ParameterBlock block : blocks.values()) {
            block.gradients().fill(0);
        }
    }

    /**
     * Refuses a list in which a block is closed.
     *
     * @throws IllegalStateException naming the first block that is closed
     */
    public void checkOpen() {
        blocks.forEach((name, block) -> {
            try {
                block.checkOpen();
            } catch (IllegalStateException e) {
                throw new IllegalStateException("parameters '" + name + "': " + e.getMessage(), e);
            }
        });
    }

    /** Visits every tensor with its full name, {@code block.entry}, in order. */
    void forEachEntry(BiConsumer<String, ParameterBlock.Entry> visitor) {
        blocks.forEach((name, block) -> block.entries().forEach(e -> visitor.accept(name + "." + e.name(), e)));
    }

    static void checkName(String name) {
        Checks.argument(NAME.matcher(name).matches(), "name", "'" + name + "'", "letters, digits, '-' and '_'");
    }

    /** Collects blocks. */
    public static final class Builder {
        private final Map<String, ParameterBlock> blocks = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a block.
         *
         * @param name of letters, digits, '-' and '_', once in the list, neither {@code optimizer} nor {@code state};
         *     files use it
         * @throws IllegalArgumentException if the name is invalid, or the block is of another backend than those
         *     before
         */
        public Builder add(String name, ParameterBlock block) {
            checkName(name);
            Checks.argument(
                    !name.equals(Optimizer.PREFIX) && !name.equals(STATE),
                    "name",
                    "'" + name + "'",
                    "not '" + Optimizer.PREFIX + "' or '" + STATE + "', which files use");
            for (ParameterBlock other : blocks.values()) {
                Checks.argument(
                        block.backend() == other.backend(),
                        "block '" + name + "'",
                        "on backend " + block.backend(),
                        "backend " + other.backend() + ", as " + blocks.keySet());
                Checks.argument(
                        !block.gradients().overlaps(other.gradients()),
                        "block '" + name + "'",
                        "shares its gradients with another block",
                        "each block once");
            }
            Checks.argument(
                    blocks.putIfAbsent(name, block) == null,
                    "name",
                    "'" + name + "'",
                    "a name not in " + blocks.keySet());
            return this;
        }

        /** Adds a module's parameters. */
        public Builder add(String name, Trainable module) {
            return add(name, module.parameters());
        }

        /** Adds a recurrent layer's weights, with the gradients that its tapes will add to. */
        public Builder add(String name, RecurrentLayer layer, Gradients gradients) {
            return add(name, ParameterBlock.of(layer, gradients));
        }

        /**
         * The list.
         *
         * @throws IllegalArgumentException if nothing was added
         */
        public Parameters build() {
            Checks.argument(!blocks.isEmpty(), "parameters", "none", "at least one block");
            return new Parameters(blocks);
        }
    }
}
