package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters by their gradients. Owns its state (moments), which it closes; not the parameters. One thread at a
 * time.
 *
 * <p>After a step the tapes of earlier forwards can no longer run backward: the weights changed.
 */
public abstract sealed class Optimizer implements AutoCloseable permits Sgd, Adam {
    /** What the names of saved state begin with. */
    static final String PREFIX = "optimizer";

    private final Parameters parameters;
    private final List<String> slots;
    private final Map<String, FloatTensor> state = new LinkedHashMap<>();
    private final DenseOps ops;
    private float learningRate;
    private long steps;
    private boolean closed;

    Optimizer(Parameters parameters, float learningRate, List<String> slots) {
        this.parameters = parameters;
        Checks.notNegative("learningRate", learningRate);
        this.learningRate = learningRate;
        this.slots = List.copyOf(slots);
        this.ops = Backends.dense(parameters.backend());
        try {
            for (String slot : slots) {
                parameters
                        .blocks()
                        .forEach((name, block) ->
                                state.put(slot + "." + name, FloatTensor.allocate(parameters.backend(), block.size())));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** The method's name, as checkpoints record it. */
    public abstract String kind();

    /** One block's update; {@code step} counts from 1. */
    abstract void apply(DenseOps ops, String block, FloatTensor weights, FloatTensor gradients, long step);

    /** What is updated. */
    public final Parameters parameters() {
        return parameters;
    }

    /** The learning rate of the next step. */
    public final float learningRate() {
        return learningRate;
    }

    /**
     * Sets the learning rate from the next step on.
     *
     * @throws IllegalArgumentException if it is negative or not finite
     */
    public final void setLearningRate(float rate) {
        Checks.notNegative("learningRate", rate);
        learningRate = rate;
    }

    /** Steps taken so far. */
    public final long steps() {
        return steps;
    }

    /**
     * One update of all parameters by their gradients, which stay as they are.
     *
     * @throws IllegalStateException if this or any of the parameters is closed; nothing has changed then
     */
    public final void step() {
        checkOpen();
        parameters.checkOpen();
        steps++;
        parameters
                .blocks()
                .forEach((name, block) -> block.update(weights -> apply(ops, name, weights, block.gradients(), steps)));
    }

    /** State of one kind for one block. */
    final @Nullable FloatTensor state(String slot, String block) {
        return state.get(slot + "." + block);
    }

    /** Copies of the state by name {@code slot.block.entry}, in order; empty for a method without state. */
    public final Map<String, float[]> state() {
        checkOpen();
        Map<String, float[]> all = new LinkedHashMap<>();
        forEachPart((name, tensor, entry) -> all.put(name, entry.read(tensor)));
        return all;
    }

    /**
     * Restores saved state: all of it or, after an exception, none.
     *
     * @param takenSteps {@link #steps()} when it was saved
     * @param rate learning rate
     * @param saved everything of {@link #state()}; copied
     * @throws IllegalArgumentException if something is missing, unknown or of another size; names all of it
     */
    public final void restore(long takenSteps, float rate, Map<String, float[]> saved) {
        checkOpen();
        Checks.argument(takenSteps >= 0, "steps", takenSteps, "an integer >= 0");
        Checks.notNegative("learningRate", rate);
        List<String> wrong = new ArrayList<>();
        TreeSet<String> unknown = new TreeSet<>(saved.keySet());
        forEachPart((name, tensor, entry) -> {
            unknown.remove(name);
            float[] values = saved.get(name);
            if (values == null) {
                wrong.add(name + ": missing (expected: " + entry.shape() + ")");
            } else if (values.length != entry.size()) {
                wrong.add(name + ": " + values.length + " elements (expected: " + entry.size() + " = " + entry.shape()
                        + ")");
            }
        });
        if (!unknown.isEmpty()) {
            wrong.add("unknown: " + unknown);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("state of " + kind() + ": " + String.join("; ", wrong));
        }
        forEachPart((name, tensor, entry) -> tensor.copyFrom(entry.offset(), FloatBuffer.wrap(saved.get(name))));
        steps = takenSteps;
        learningRate = rate;
    }

    /** One named part of the state: an entry's range of a block's tensor. */
    interface PartVisitor {
        void visit(String name, FloatTensor tensor, ParameterBlock.Entry entry);
    }

    final void forEachPart(PartVisitor visitor) {
        for (String slot : slots) {
            parameters.blocks().forEach((name, block) -> {
                FloatTensor tensor = Objects.requireNonNull(state(slot, name));
                block.entries().forEach(e -> visitor.visit(slot + "." + name + "." + e.name(), tensor, e));
            });
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(kind() + " is closed");
        }
    }

    /** Releases the state. */
    @Override
    public final void close() {
        closed = true;
        state.values().forEach(FloatTensor::close);
    }
}
