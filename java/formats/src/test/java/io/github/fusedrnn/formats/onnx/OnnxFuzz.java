package io.github.fusedrnn.formats.onnx;

import io.github.fusedrnn.formats.onnx.wire.AttributeProto;
import io.github.fusedrnn.formats.onnx.wire.GraphProto;
import io.github.fusedrnn.formats.testing.HostileBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The fuzzer's target for ONNX models. */
public final class OnnxFuzz {
    private OnnxFuzz() {}

    public static String fuzzerTestOneInput(byte[] bytes) throws IOException {
        return HostileBytes.read(bytes, OnnxImport::read);
    }

    public static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        List<String> weights = List.of("X", "W", "R", "B");
        List<String> outputs = List.of("Y", "Y_h");
        AttributeProto size = ModelWriter.attribute("hidden_size", ModelWriter.H);
        String[] types = {"RNN", "GRU", "LSTM"};
        int[] gates = {1, 3, 4};
        for (int i = 0; i < types.length; i++) {
            seeds.add(ModelWriter.model(ModelWriter.weights(gates[i], 1)
                            .addNode(ModelWriter.node(types[i], "cell", weights, outputs, size)))
                    .toByteArray());
        }
        AttributeProto both = ModelWriter.attribute("direction", "bidirectional");
        GraphProto.Builder inner = ModelWriter.weights(3, 2)
                .addNode(ModelWriter.node(
                        "Transpose", "t", List.of("W"), List.of("Wt"), ModelWriter.axes("perm", 0, 1, 2)))
                .addNode(ModelWriter.node("GRU", "gru", List.of("X", "Wt", "R", "B"), outputs, size, both));
        AttributeProto branch =
                AttributeProto.newBuilder().setName("then_branch").setG(inner).build();
        seeds.add(ModelWriter.model(GraphProto.newBuilder()
                        .addNode(ModelWriter.node("If", "if", List.of("c"), List.of("Y"), branch)))
                .toByteArray());
        return seeds;
    }
}
