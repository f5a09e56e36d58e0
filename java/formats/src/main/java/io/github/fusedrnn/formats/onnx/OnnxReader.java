package io.github.fusedrnn.formats.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.onnx.wire.AttributeProto;
import io.github.fusedrnn.formats.onnx.wire.FunctionProto;
import io.github.fusedrnn.formats.onnx.wire.GraphProto;
import io.github.fusedrnn.formats.onnx.wire.ModelProto;
import io.github.fusedrnn.formats.onnx.wire.NodeProto;
import io.github.fusedrnn.formats.onnx.wire.OperatorSetIdProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Parses a model and walks through its graphs; only loaded when protobuf-java is there. */
final class OnnxReader {
    private static final Set<String> CELLS = Set.of("RNN", "LSTM", "GRU");

    /** A graph in a graph takes three messages; models have a few of them in each other. */
    private static final int MAX_DEPTH = 100;

    private final String producer;
    private final List<LayerImport> layers = new ArrayList<>();
    private final Map<String, String> refused = new LinkedHashMap<>();
    private final Map<String, Integer> others = new TreeMap<>();
    private final Map<String, Integer> names = new HashMap<>();

    private OnnxReader(String producer) {
        this.producer = producer;
    }

    static ModelImport read(Path file, Map<String, OnnxInput> inputs) throws IOException {
        ModelProto model = parse(file);
        Map<String, Constant> given = new LinkedHashMap<>();
        Budget budget = new Budget(Files.size(file));
        for (Map.Entry<String, OnnxInput> input : inputs.entrySet()) {
            given.put(input.getKey(), input.getValue().constant());
            budget.grow(4L * input.getValue().values().length);
        }
        OnnxReader found = new OnnxReader((model.getProducerName() + " " + model.getProducerVersion()).strip());
        TensorReader reader = new TensorReader(file, budget);
        found.graph(model.getGraph(), new Scope(null, model.getGraph(), reader, budget, given));
        model.getFunctionsList().forEach(found::function);
        List<String> ignored = new ArrayList<>();
        found.others.forEach((type, count) -> ignored.add(count + " node(s) " + type));
        return new ModelImport(
                file,
                "ONNX, IR " + model.getIrVersion() + ", opset " + opset(model)
                        + (found.producer.isEmpty() ? "" : ", made by " + found.producer),
                found.layers,
                found.refused,
                ignored);
    }

    private static ModelProto parse(Path file) throws IOException {
        if (Files.size(file) > Integer.MAX_VALUE) {
            throw new FormatException(
                    file, Files.size(file) + " bytes (expected: less than 2^31, the limit of protobuf)");
        }
        try (InputStream bytes = Files.newInputStream(file)) {
            CodedInputStream input = CodedInputStream.newInstance(bytes, 1 << 16);
            input.setRecursionLimit(MAX_DEPTH);
            input.setSizeLimit(Integer.MAX_VALUE);
            ModelProto model;
            try {
                model = ModelProto.parseFrom(input);
            } catch (InvalidProtocolBufferException e) {
                throw new FormatException(
                        file,
                        "near byte " + input.getTotalBytesRead() + ": " + e.getMessage()
                                + " (expected: a protobuf message, an ONNX ModelProto)",
                        e);
            }
            if (!model.hasGraph() || model.getIrVersion() < 1 || opset(model) < 1) {
                throw new FormatException(
                        file,
                        "graph: " + (model.hasGraph() ? "there" : "missing") + ", ir_version " + model.getIrVersion()
                                + ", operator set " + opset(model) + " (expected: an ONNX model with all three)");
            }
            return model;
        }
    }

    private static long opset(ModelProto model) {
        return model.getOpsetImportList().stream()
                .filter(set -> isOnnx(set.getDomain()))
                .mapToLong(OperatorSetIdProto::getVersion)
                .max()
                .orElse(0);
    }

    private static boolean isOnnx(String domain) {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    private void graph(GraphProto graph, Scope scope) throws IOException {
        for (NodeProto node : graph.getNodeList()) {
            String type = node.getOpType();
            if (isOnnx(node.getDomain()) && CELLS.contains(type)) {
                layer(node, scope);
            } else {
                others.merge(isOnnx(node.getDomain()) ? type : node.getDomain() + "." + type, 1, Integer::sum);
                if (CELLS.stream().anyMatch(type::contains)) {
                    refused.put(
                            unusedName(node),
                            "operator " + node.getDomain() + "." + type + " (expected: RNN, LSTM or GRU of ai.onnx)");
                }
            }
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    graph(attribute.getG(), scope.inner(attribute.getG()));
                }
                for (GraphProto inner : attribute.getGraphsList()) {
                    graph(inner, scope.inner(inner));
                }
            }
        }
    }

    /** The inputs of a function depend on its caller. */
    private void function(FunctionProto function) {
        for (NodeProto node : function.getNodeList()) {
            if (CELLS.contains(node.getOpType())) {
                refused.put(
                        unusedName(node),
                        node.getOpType() + " inside of the model's function '" + function.getName()
                                + "' (expected: in a graph; exporters and tools can inline functions)");
            }
        }
    }

    private void layer(NodeProto node, Scope scope) throws IOException {
        String name = unusedName(node);
        try {
            layers.add(new NodeImport(node, scope).read(name, producer));
        } catch (IllegalArgumentException e) {
            refused.put(name, String.valueOf(e.getMessage()));
        }
    }

    private String unusedName(NodeProto node) {
        String base = !node.getName().isEmpty()
                ? node.getName()
                : node.getOutputList().stream()
                        .filter(output -> !output.isEmpty())
                        .findFirst()
                        .orElse(node.getOpType());
        int uses = names.merge(base, 1, Integer::sum);
        return uses == 1 ? base : base + "#" + uses;
    }
}
