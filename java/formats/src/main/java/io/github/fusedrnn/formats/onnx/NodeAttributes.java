package io.github.fusedrnn.formats.onnx;

import com.google.protobuf.ByteString;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.onnx.wire.AttributeProto;
import io.github.fusedrnn.formats.onnx.wire.NodeProto;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes of a recurrent node: each is taken, or the node is refused with its name. */
final class NodeAttributes {
    private final CellKind cell;
    private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();

    NodeAttributes(CellKind cell, NodeProto node) {
        this.cell = cell;
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attributes.put(attribute.getName(), attribute) != null) {
                throw Checks.wrong("attribute " + attribute.getName(), "twice", "once");
            }
        }
    }

    /** The hidden size, if the node names it. */
    long hiddenSize(long otherwise) {
        AttributeProto attribute = attributes.remove("hidden_size");
        return attribute == null ? otherwise : attribute.getI();
    }

    /**
     * What the node computes; takes all attributes.
     *
     * @throws IllegalArgumentException if one is unknown or has a value that no layer has
     */
    RecurrentConfig config(
            int inputSize, int hiddenSize, boolean bias, boolean peepholes, ImportReport.Builder report) {
        Direction direction = direction();
        List<Activation> activations = OnnxActivations.of(
                cell,
                direction.count(),
                strings("activations"),
                floats("activation_alpha"),
                floats("activation_beta"),
                report::warning);
        boolean batchMajor = flag("layout", true);
        if (batchMajor) {
            report.found("layout 1: sequences are [N, T, ...]; ONNX's states are then [N, D, H], ours stay [D, N, H]");
        }
        ResetPlacement reset = cell != CellKind.GRU || flag("linear_before_reset", cell == CellKind.GRU)
                ? ResetPlacement.AFTER
                : ResetPlacement.BEFORE;
        boolean coupled = flag("input_forget", cell == CellKind.LSTM);
        float clip = clip();
        if (attributes.remove("output_sequence") != null) {
            report.ignored("attribute output_sequence: it only selects outputs");
        }
        if (!attributes.isEmpty()) {
            throw Checks.wrong(
                    "attributes", attributes.keySet(), "those that " + cell + " has in ONNX's operator sets 1 to 22");
        }
        return RecurrentConfig.builder(cell, inputSize, hiddenSize)
                .direction(direction)
                .bias(bias)
                .batchMajor(batchMajor)
                .gateClip(clip)
                .peepholes(peepholes)
                .coupledInputForget(coupled)
                .reset(reset)
                .activations(activations)
                .build();
    }

    private Direction direction() {
        AttributeProto attribute = attributes.remove("direction");
        String name = attribute == null ? "forward" : attribute.getS().toStringUtf8();
        return switch (name) {
            case "forward" -> Direction.FORWARD;
            case "reverse" -> Direction.REVERSE;
            case "bidirectional" -> Direction.BIDIRECTIONAL;
            default -> throw Checks.wrong("attribute direction", "'" + name + "'", "forward, reverse or bidirectional");
        };
    }

    private float clip() {
        AttributeProto attribute = attributes.remove("clip");
        if (attribute != null && !(attribute.getF() > 0)) {
            throw Checks.wrong("attribute clip", attribute.getF(), "more than 0");
        }
        return attribute == null ? 0 : attribute.getF();
    }

    /** An attribute of value 0 or 1; one that this operator does not have stays, to be refused. */
    private boolean flag(String name, boolean has) {
        @Nullable AttributeProto attribute = has ? attributes.remove(name) : null;
        if (attribute != null && attribute.getI() != 0 && attribute.getI() != 1) {
            throw Checks.wrong("attribute " + name, attribute.getI(), "0 or 1");
        }
        return attribute != null && attribute.getI() == 1;
    }

    private List<String> strings(String name) {
        AttributeProto attribute = attributes.remove(name);
        return attribute == null
                ? List.of()
                : attribute.getStringsList().stream()
                        .map(ByteString::toStringUtf8)
                        .toList();
    }

    private List<Float> floats(String name) {
        AttributeProto attribute = attributes.remove(name);
        return attribute == null ? List.of() : attribute.getFloatsList();
    }
}
