package io.github.fusedrnn.formats.onnx;

import io.github.fusedrnn.formats.onnx.wire.GraphProto;
import io.github.fusedrnn.formats.onnx.wire.NodeProto;
import io.github.fusedrnn.formats.onnx.wire.TensorProto;
import io.github.fusedrnn.formats.onnx.wire.ValueInfoProto;
import io.github.fusedrnn.internal.checks.Checks;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of one graph, and through it those of the graphs around it; finds the constants behind them. */
final class Scope {
    /** Exporters make chains of a few nodes. */
    private static final int MAX_CHAIN = 64;

    private final @Nullable Scope outer;
    private final ConstantFolding folding;
    private final TensorReader reader;
    private final Budget budget;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Set<String> inputs = new HashSet<>();
    private final Map<String, Constant> known = new HashMap<>();

    /**
     * @param outer the graph around this one, or null
     * @param given values of inputs that the file leaves open
     */
    Scope(@Nullable Scope outer, GraphProto graph, TensorReader reader, Budget budget, Map<String, Constant> given) {
        this.outer = outer;
        this.reader = reader;
        this.budget = budget;
        folding = new ConstantFolding(reader);
        known.putAll(given);
        graph.getInputList().stream().map(ValueInfoProto::getName).forEach(inputs::add);
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOutputCount() > 0) {
                producers.put(node.getOutput(0), node);
            }
        }
    }

    /** The elements that all constants and layers may still have. */
    Budget budget() {
        return budget;
    }

    Scope inner(GraphProto graph) {
        return new Scope(this, graph, reader, budget, Map.of());
    }

    /**
     * The constant behind a name.
     *
     * @throws IllegalArgumentException if it is not a constant, with what it is
     * @throws IOException if a tensor cannot be read
     */
    Constant constant(String name) throws IOException {
        return constant(name, 0);
    }

    private Constant constant(String name, int depth) throws IOException {
        Constant value = known.get(name);
        if (value != null) {
            return value;
        }
        if (depth > MAX_CHAIN) {
            throw Checks.wrong("'" + name + "'", "behind " + depth + " nodes, perhaps a cycle", "at most " + MAX_CHAIN);
        }
        TensorProto tensor = initializers.get(name);
        NodeProto producer = producers.get(name);
        if (tensor != null) {
            value = reader.read(tensor);
        } else if (producer != null) {
            try {
                value = folding.fold(producer, index -> {
                    if (index >= producer.getInputCount()) {
                        throw new IllegalArgumentException(
                                "made by a " + producer.getOpType() + " without input " + index);
                    }
                    return constant(producer.getInput(index), depth + 1);
                });
            } catch (IndexOutOfBoundsException e) {
                throw new IllegalArgumentException(
                        "'" + name + "': made by a " + producer.getOpType() + " whose arguments do not fit", e);
            }
        } else if (inputs.contains(name)) {
            throw Checks.wrong("'" + name + "'", "an input of the graph", "a constant of the file");
        } else if (outer != null) {
            return outer.constant(name, depth);
        } else {
            throw Checks.wrong("'" + name + "'", "nowhere in the file", "a constant");
        }
        budget.take(value.size());
        known.put(name, value);
        return value;
    }
}
