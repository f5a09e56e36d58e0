package io.github.fusedrnn.formats.onnx;

import static io.github.fusedrnn.formats.onnx.ModelWriter.C;
import static io.github.fusedrnn.formats.onnx.ModelWriter.H;
import static io.github.fusedrnn.formats.onnx.ModelWriter.attribute;
import static io.github.fusedrnn.formats.onnx.ModelWriter.axes;
import static io.github.fusedrnn.formats.onnx.ModelWriter.model;
import static io.github.fusedrnn.formats.onnx.ModelWriter.node;
import static io.github.fusedrnn.formats.onnx.ModelWriter.numbers;
import static io.github.fusedrnn.formats.onnx.ModelWriter.tensor;
import static io.github.fusedrnn.formats.onnx.ModelWriter.weights;
import static io.github.fusedrnn.formats.onnx.ModelWriter.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.formats.onnx.wire.AttributeProto;
import io.github.fusedrnn.formats.onnx.wire.FunctionProto;
import io.github.fusedrnn.formats.onnx.wire.GraphProto;
import io.github.fusedrnn.formats.onnx.wire.ModelProto;
import io.github.fusedrnn.formats.onnx.wire.NodeProto;
import io.github.fusedrnn.formats.onnx.wire.StringStringEntryProto;
import io.github.fusedrnn.formats.onnx.wire.TensorProto;
import io.github.fusedrnn.formats.onnx.wire.ValueInfoProto;
import io.github.fusedrnn.formats.testing.FileInPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxImportTest {
    private static final List<String> WRB = List.of("x", "W", "R", "B");

    @TempDir
    Path folder;

    private ModelImport read(GraphProto.Builder graph) throws IOException {
        return OnnxImport.read(ModelWriter.write(folder, model(graph)));
    }

    private LayerImport only(GraphProto.Builder graph) throws IOException {
        return read(graph).only();
    }

    private static NodeProto lstm(AttributeProto... attributes) {
        return node("LSTM", "rnn", WRB, List.of("Y"), attributes);
    }

    private void assertRefused(GraphProto.Builder graph, String reason) {
        assertThatThrownBy(() -> only(graph))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(reason);
    }

    private static float[] canonical(CellKind cell, ResetPlacement reset, float[] w, int columns) {
        return LayerLayout.of(Framework.ONNX, cell, reset).matrixToCanonical("w", w, H, columns);
    }

    @Test
    void initialisersBecomeCanonicalWeights() throws IOException {
        LayerImport layer = only(weights(4, 1).addNode(lstm(attribute("hidden_size", H))));
        assertThat(layer.name()).isEqualTo("rnn");
        assertThat(layer.config().cell()).isEqualTo(CellKind.LSTM);
        assertThat(layer.weights().get("weight_ih_l0"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, numbers(4 * H * C, 1), C));
        assertThat(layer.weights().get("bias_hh_l0"))
                .isEqualTo(canonical(
                        CellKind.LSTM, ResetPlacement.AFTER, Arrays.copyOfRange(numbers(8 * H, 3), 4 * H, 8 * H), 1));
        assertThat(layer.report().mapped()).hasSize(3);
    }

    @Test
    void bothDirectionsAreTaken() throws IOException {
        LayerImport layer = only(weights(4, 2).addNode(lstm(attribute("direction", "bidirectional"))));
        assertThat(layer.config().direction()).isEqualTo(Direction.BIDIRECTIONAL);
        int half = 4 * H * H;
        assertThat(layer.weights().get("weight_hh_l0_reverse"))
                .isEqualTo(canonical(
                        CellKind.LSTM,
                        ResetPlacement.AFTER,
                        Arrays.copyOfRange(numbers(2 * half, 2), half, 2 * half),
                        H));
    }

    @Test
    void everyAttributeOfAnLstmIsHonoured() throws IOException {
        AttributeProto activations = AttributeProto.newBuilder()
                .setName("activations")
                .addStrings(ByteString.copyFromUtf8("HardSigmoid"))
                .addStrings(ByteString.copyFromUtf8("Elu"))
                .addStrings(ByteString.copyFromUtf8("tanh"))
                .build();
        LayerImport layer = only(weights(4, 1)
                .addNode(lstm(
                        activations,
                        AttributeProto.newBuilder()
                                .setName("activation_alpha")
                                .addFloats(0.3f)
                                .addFloats(0.7f)
                                .build(),
                        AttributeProto.newBuilder()
                                .setName("activation_beta")
                                .addFloats(0.4f)
                                .build(),
                        AttributeProto.newBuilder().setName("clip").setF(2.5f).build(),
                        attribute("direction", "reverse"),
                        attribute("input_forget", 1),
                        attribute("layout", 1))));
        assertThat(layer.config().activations())
                .containsExactly(Activation.hardSigmoid(0.3f, 0.4f), Activation.elu(0.7f), Activation.TANH);
        assertThat(layer.config().gateClip()).isEqualTo(2.5f);
        assertThat(layer.config().direction()).isEqualTo(Direction.REVERSE);
        assertThat(layer.config().coupledInputForget()).isTrue();
        assertThat(layer.config().batchMajor()).isTrue();
    }

    @Test
    void whatIsNotUnderstoodIsRefusedByName() {
        assertRefused(weights(4, 1).addNode(lstm(attribute("linear_before_reset", 1))), "linear_before_reset");
        assertRefused(weights(4, 1).addNode(lstm(attribute("dropout", 1))), "dropout");
        assertRefused(weights(4, 1).addNode(lstm(attribute("input_forget", 2))), "input_forget: 2");
        assertRefused(weights(4, 1).addNode(lstm(attribute("hidden_size", 5))), "hidden_size: 5");
        assertRefused(weights(4, 1).addNode(lstm(attribute("direction", "sideways"))), "sideways");
        assertRefused(
                weights(4, 1)
                        .addNode(lstm(AttributeProto.newBuilder()
                                .setName("clip")
                                .setF(Float.NaN)
                                .build())),
                "clip: NaN");
        assertRefused(weights(3, 1).addNode(lstm()), "W: [1, 6, 3]");
        assertRefused(
                weights(4, 1)
                        .addNode(lstm().toBuilder().setDomain("com.microsoft").build()),
                "operator com.microsoft.LSTM");
        assertRefused(
                weights(4, 1).addNode(node("DynamicQuantizeLSTM", "q", WRB, List.of("Y"))), "DynamicQuantizeLSTM");
        assertRefused(
                weights(4, 1)
                        .addNode(node("LSTM", "rnn", List.of("x", "W", "R", "", "", "", "", "", "more"), List.of())),
                "9 inputs");
        assertRefused(weights(4, 1).addNode(node("LSTM", "rnn", List.of("x", "none", "R"), List.of())), "W: 'none'");
        assertRefused(
                weights(4, 1)
                        .addInput(ValueInfoProto.newBuilder().setName("open"))
                        .addNode(node("LSTM", "rnn", List.of("x", "open", "R"), List.of())),
                "an input of the graph");
        assertRefused(
                weights(4, 1)
                        .addNode(node("MatMul", "", List.of("W", "W"), List.of("V")))
                        .addNode(node("LSTM", "rnn", List.of("x", "V", "R"), List.of())),
                "operator MatMul");
    }

    /** An import that refuses one node still gives the other, by name. */
    @Test
    void nodesAreFoundByNameAndTheirOutputNamesThemWhereTheyHaveNone() throws IOException {
        ModelImport model = read(weights(4, 1)
                .addNode(lstm())
                .addNode(lstm())
                .addNode(node("LSTM", "", WRB, List.of("out")))
                .addNode(node("Softmax", "", List.of("out"), List.of("p")))
                .addNode(node("LSTM", "bad", WRB, List.of(), attribute("what", 1))));
        assertThat(model.layers()).extracting(LayerImport::name).containsExactly("rnn", "rnn#2", "out");
        assertThat(model.ignored()).containsExactly("1 node(s) Softmax");
        assertThat(model.layer("out").weights()).hasSize(4);
        assertThatThrownBy(() -> model.layer("bad")).hasMessageContaining("what");
        assertThatThrownBy(model::only).isInstanceOf(FormatException.class);
    }

    @Test
    void filledConstantsAreTaken() throws IOException {
        TensorProto half = TensorProto.newBuilder()
                .setDataType(1)
                .addDims(1)
                .addFloatData(0.5f)
                .build();
        GraphProto.Builder graph = weights(4, 1)
                .addInitializer(whole("shape", 1, 8 * H))
                .addInitializer(whole("huge", 1L << 40))
                .addNode(node(
                        "ConstantOfShape",
                        "",
                        List.of("shape"),
                        List.of("b"),
                        AttributeProto.newBuilder().setName("value").setT(half).build()))
                .addNode(node("LSTM", "rnn", List.of("x", "W", "R", "b"), List.of("Y")));
        assertThat(only(graph).weights().get("bias_hh_l0")).containsOnly(0.5f);
        assertRefused(
                weights(4, 1)
                        .addInitializer(whole("huge", 1 << 15, 1 << 15))
                        .addNode(node("ConstantOfShape", "", List.of("huge"), List.of("b")))
                        .addNode(node("LSTM", "rnn", List.of("x", "W", "R", "b"), List.of("Y"))),
                "ConstantOfShape of [32768, 32768]");
    }

    @Test
    void layersInsideOfFunctionsAreNotOverlooked() throws IOException {
        ModelProto.Builder model = model(weights(4, 1)).toBuilder();
        model.addFunctions(FunctionProto.newBuilder().setName("encoder").addNode(lstm()));
        Path path = ModelWriter.write(folder, model.build());
        assertThatThrownBy(() -> OnnxImport.read(path).only())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("function 'encoder'");
    }

    /** What PyTorch's exporter writes without folding: gates cut out of its own order, joined in ONNX's, and given a first dimension. */
    @Test
    void constantsAreFollowedThroughTheNodesThatMoveThem() throws IOException {
        float[] pytorch = numbers(4 * H * C, 5);
        GraphProto.Builder graph = weights(4, 1).addInitializer(tensor("t", pytorch, 4 * H, C));
        int[][] cuts = {{0, 2}, {6, 8}, {2, 6}};
        for (int i = 0; i < cuts.length; i++) {
            graph.addInitializer(whole("s" + i, cuts[i][0]))
                    .addInitializer(whole("e" + i, i == 1 ? Long.MAX_VALUE : cuts[i][1]))
                    .addNode(node("Slice", "", List.of("id", "s" + i, "e" + i, "axis", ""), List.of("c" + i)));
        }
        AttributeProto axis =
                AttributeProto.newBuilder().setName("value").setT(whole("", 0)).build();
        graph.addNode(node("Constant", "", List.of(), List.of("axis"), axis))
                .addNode(node("Identity", "", List.of("t"), List.of("id")))
                .addNode(node("Concat", "", List.of("c0", "c1", "c2"), List.of("joined"), attribute("axis", 0)))
                .addNode(node("Unsqueeze", "", List.of("joined", "axis"), List.of("w")))
                .addNode(node("LSTM", "rnn", List.of("x", "w", "R", "B"), List.of("Y")));
        assertThat(only(graph).weights().get("weight_ih_l0")).isEqualTo(pytorch);
    }

    @Test
    void transposesReshapesAndSqueezesAreFollowed() throws IOException {
        float[] w = numbers(4 * H * C, 1);
        float[] turned = new float[w.length];
        for (int i = 0; i < 4 * H; i++) {
            for (int k = 0; k < C; k++) {
                turned[k * 4 * H + i] = w[i * C + k];
            }
        }
        GraphProto.Builder graph = weights(4, 1)
                .addInitializer(tensor("t", turned, 1, C, 1, 4 * H))
                .addInitializer(whole("shape", 1, -1, C))
                .addNode(node("Squeeze", "", List.of("t"), List.of("q"), axes("axes", 0, -2)))
                .addNode(node("Transpose", "", List.of("q"), List.of("p"), axes("perm", 1, 0)))
                .addNode(node("Cast", "", List.of("p"), List.of("f"), attribute("to", 1)))
                .addNode(node("Reshape", "", List.of("f", "shape"), List.of("w")))
                .addNode(node("LSTM", "rnn", List.of("x", "w", "R", "B"), List.of("Y")));
        assertThat(only(graph).weights().get("weight_ih_l0"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, w, C));
    }

    @Test
    void subgraphsSeeTheNamesAroundThem() throws IOException {
        GraphProto inner = GraphProto.newBuilder().addNode(lstm()).build();
        ModelImport model = read(weights(4, 1)
                .addNode(node(
                        "If",
                        "",
                        List.of("cond"),
                        List.of("y"),
                        AttributeProto.newBuilder()
                                .setName("then_branch")
                                .setG(inner)
                                .build(),
                        AttributeProto.newBuilder()
                                .setName("else_branch")
                                .setG(inner)
                                .build())));
        assertThat(model.layers()).extracting(LayerImport::name).containsExactly("rnn", "rnn#2");
    }

    @Test
    void halvesDoublesAndRawBytesAreRead() throws IOException {
        float[] w = numbers(4 * H * C, 1);
        ByteBuffer raw = ByteBuffer.allocate(8 * w.length).order(ByteOrder.LITTLE_ENDIAN);
        TensorProto.Builder bfloats = TensorProto.newBuilder()
                .setName("R")
                .setDataType(16)
                .addDims(1)
                .addDims(4 * H)
                .addDims(H);
        for (float value : w) {
            raw.putDouble(value);
        }
        for (int i = 0; i < 4 * H * H; i++) {
            bfloats.addInt32Data(0x3f80);
        }
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("W")
                        .setDataType(11)
                        .addDims(1)
                        .addDims(4 * H)
                        .addDims(C)
                        .setRawData(ByteString.copyFrom(raw.array())))
                .addInitializer(bfloats)
                .addNode(node("LSTM", "rnn", List.of("x", "W", "R"), List.of("Y")));
        LayerImport layer = only(graph);
        assertThat(layer.config().bias()).isFalse();
        assertThat(layer.weights().get("weight_ih_l0")).isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, w, C));
        assertThat(layer.weights().get("weight_hh_l0")).containsOnly(1);
    }

    private GraphProto.Builder external(String location, String... more) {
        TensorProto.Builder w = TensorProto.newBuilder()
                .setName("W")
                .setDataType(1)
                .addDims(1)
                .addDims(4 * H)
                .addDims(C)
                .setDataLocation(1)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue(location));
        for (int i = 0; i < more.length; i += 2) {
            w.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(more[i]).setValue(more[i + 1]));
        }
        return weights(4, 1).setInitializer(0, w).addNode(lstm());
    }

    @Test
    void externalDataIsReadFromTheModelsFolderOnly() throws IOException {
        float[] w = numbers(4 * H * C, 9);
        ByteBuffer bytes = ByteBuffer.allocate(12 + 4 * w.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(12).asFloatBuffer().put(w);
        Files.write(folder.resolve("weights.bin"), bytes.array());
        Path below = Files.createDirectory(folder.resolve("below"));
        Path model = Files.write(
                below.resolve("model.onnx"),
                model(external("../weights.bin", "offset", "12")).toByteArray());
        assertThatThrownBy(() -> OnnxImport.read(model))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("folder");
        Files.createSymbolicLink(below.resolve("link"), folder.resolve("weights.bin"));
        Files.write(model, model(external("link", "offset", "12")).toByteArray());
        assertThatThrownBy(() -> OnnxImport.read(model)).hasMessageContaining("expected: a file in the model's folder");

        assertThat(only(external("weights.bin", "offset", "12", "length", "96"))
                        .weights()
                        .get("weight_ih_l0"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, w, C));
        assertRefused(external("weights.bin", "offset", "13"), "at byte 13");
        assertRefused(external("weights.bin", "offset", "-1"), "offset '-1'");
        assertRefused(external("weights.bin", "length", "95"), "length 95");
        assertRefused(external(""), "external data in ''");
    }

    @Test
    void aGruThatMayHaveLostItsAttributeIsDoubted() throws IOException {
        NodeProto gru = node("GRU", "rnn", WRB, List.of("Y"));
        LayerImport before = only(weights(3, 1).addNode(gru));
        assertThat(before.config().reset()).isEqualTo(ResetPlacement.BEFORE);
        assertThat(before.report().warnings()).anyMatch(line -> line.contains("linear_before_reset"));
        LayerImport after =
                only(weights(3, 1).addNode(node("GRU", "rnn", WRB, List.of("Y"), attribute("linear_before_reset", 1))));
        assertThat(after.config().reset()).isEqualTo(ResetPlacement.AFTER);
        assertThat(after.report().warnings()).isEmpty();
        LayerImport withoutBias = only(weights(3, 1).addNode(node("GRU", "rnn", List.of("x", "W", "R"), List.of("Y"))));
        assertThat(withoutBias.report().warnings()).isEmpty();
    }

    @Test
    void cyclesAndDoublingsEnd() {
        assertRefused(
                weights(4, 1)
                        .addNode(node("Identity", "", List.of("b"), List.of("a")))
                        .addNode(node("Identity", "", List.of("a"), List.of("b")))
                        .addNode(node("LSTM", "rnn", List.of("x", "a", "R"), List.of())),
                "perhaps a cycle");
        GraphProto.Builder doubling = weights(4, 1);
        String last = "W";
        for (int i = 0; i < 40; i++) {
            doubling.addNode(node("Concat", "", List.of(last, last), List.of("d" + i), attribute("axis", 0)));
            last = "d" + i;
        }
        assertRefused(doubling.addNode(node("LSTM", "rnn", List.of("x", last, "R"), List.of())), "constants take more");
    }

    @Test
    void deepAndForeignFilesAreFormatExceptions() throws IOException {
        GraphProto graph = GraphProto.getDefaultInstance();
        for (int i = 0; i < 60; i++) {
            AttributeProto inner =
                    AttributeProto.newBuilder().setName("body").setG(graph).build();
            graph = GraphProto.newBuilder()
                    .addNode(node("Loop", "", List.of(), List.of(), inner))
                    .build();
        }
        GraphProto deep = graph;
        assertThatThrownBy(() -> read(deep.toBuilder()))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("nesting");
        Path path = folder.resolve("model.onnx");
        for (byte[] bytes : List.of(new byte[0], "not a model".getBytes(StandardCharsets.US_ASCII), new byte[1000])) {
            Files.write(path, bytes);
            assertThatThrownBy(() -> OnnxImport.read(path)).isInstanceOf(FormatException.class);
        }
    }

    /** A cut between the last fields can leave a whole model without them; anything else must be noticed. */
    @Test
    void truncationAtEveryByteIsAFormatException() throws IOException {
        byte[] whole = model(weights(4, 1).addNode(lstm())).toByteArray();
        Path path = folder.resolve("cut.onnx");
        for (int length = 0; length < whole.length; length++) {
            FileInPlace.write(path, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> OnnxImport.read(path).only())
                    .as("%d bytes", length)
                    .isInstanceOf(FormatException.class);
        }
    }

    /** Whatever a byte is changed to, there is a result or a FormatException, and nothing else. */
    @Test
    void changedBytesNeverEscapeAsAnythingElse() throws IOException {
        ModelProto model = model(weights(4, 1)
                .addInitializer(whole("axis", 0))
                .addInitializer(whole("shape", 1, -1, C))
                .addNode(node("Reshape", "", List.of("W", "shape"), List.of("a")))
                .addNode(node("Slice", "", List.of("a", "axis", "shape", "axis"), List.of("b")))
                .addNode(node("Concat", "", List.of("b", "b"), List.of("c"), attribute("axis", 1)))
                .addNode(node("Transpose", "", List.of("R"), List.of("t"), axes("perm", 0, 1, 2)))
                .addNode(node("LSTM", "rnn", List.of("x", "c", "t", "B"), List.of("Y"), attribute("layout", 0))));
        byte[] whole = model.toByteArray();
        Random random = new Random(11);
        Path path = folder.resolve("changed.onnx");
        for (int i = 0; i < 4000; i++) {
            byte[] changed = whole.clone();
            for (int k = 0; k <= i % 3; k++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            FileInPlace.write(path, changed);
            try {
                OnnxImport.read(path);
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith(path.toString());
            }
        }
    }
}
