package io.github.fusedrnn.peers.onnxruntime;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A case as an ONNX model: one RNN, LSTM or GRU node per layer, with the weights as initializers so that ONNX Runtime packs them when it creates
 * the session. Field numbers are those of the published onnx.proto.
 */
final class OnnxModel {
    private static final int FLOAT = 1;
    private static final int INT32 = 6;
    private static final int INT64 = 7;

    private static final int OPSET = 14;
    private static final int IR_VERSION = 7;

    /** AttributeProto.AttributeType. */
    private static final int ATTRIBUTE_INT = 2;

    private static final int ATTRIBUTE_STRING = 3;

    /** Indices of PyTorch's gates in ONNX's order: LSTM i o f c, GRU z r h. */
    private static final int[] LSTM_GATES = {0, 3, 1, 2};

    private static final int[] GRU_GATES = {1, 0, 2};
    private static final int[] RNN_GATES = {0};

    private final CaseSpec spec;
    private final CaseData data;
    private final Message graph = new Message();

    private OnnxModel(CaseSpec spec, CaseData data) {
        this.spec = spec;
        this.data = data;
    }

    static byte[] of(CaseSpec spec, CaseData data) {
        return new OnnxModel(spec, data).model();
    }

    private byte[] model() {
        graph.text(2, "case");
        for (int layer = 0; layer < spec.layers(); layer++) {
            layer(layer);
        }
        long[] state = {spec.directions(), spec.rows(), spec.hiddenSize()};
        graph.message(11, value("x", FLOAT, spec.steps(), spec.rows(), spec.inputSize()));
        if (spec.hasLengths()) {
            graph.message(11, value("lengths", INT32, spec.rows()));
        }
        if (spec.carriesState()) {
            graph.message(11, value("h_in", FLOAT, state));
            if (hasCell()) {
                graph.message(11, value("c_in", FLOAT, state));
            }
        }
        String y = "y" + (spec.layers() - 1);
        graph.message(12, value(y, FLOAT, spec.steps(), spec.directions(), spec.rows(), spec.hiddenSize()));
        for (int layer = 0; layer < spec.layers(); layer++) {
            graph.message(12, value("h" + layer, FLOAT, state));
            if (hasCell()) {
                graph.message(12, value("c" + layer, FLOAT, state));
            }
        }
        return new Message()
                .number(1, IR_VERSION)
                .message(8, new Message().text(1, "").number(2, OPSET))
                .message(7, graph)
                .toBytes();
    }

    private void layer(int layer) {
        int inputs = layer == 0 ? spec.inputSize() : spec.outputSize();
        int rows = spec.cell().gateCount() * spec.hiddenSize();
        String number = Integer.toString(layer);
        graph.message(5, floats("w" + number, weights("weight_ih", layer, inputs), spec.directions(), rows, inputs));
        graph.message(
                5,
                floats(
                        "r" + number,
                        weights("weight_hh", layer, spec.hiddenSize()),
                        spec.directions(),
                        rows,
                        spec.hiddenSize()));
        graph.message(5, floats("b" + number, biases(layer), spec.directions(), 2L * rows));
        String x = "x";
        if (layer > 0) {
            // Y of the layer below is [T, 1, N, H]; stacked cases have one direction.
            x = "x" + number;
            String axes = "axes" + number;
            graph.message(
                    5, new Message().number(1, 1).number(2, INT64).text(8, axes).bytes(9, longs(1)));
            graph.message(1, node("Squeeze", List.of("y" + (layer - 1), axes), List.of(x)));
        }
        List<String> in = new ArrayList<>(List.of(x, "w" + number, "r" + number, "b" + number));
        in.add(spec.hasLengths() ? "lengths" : "");
        if (spec.carriesState()) {
            in.add("h_in");
            if (hasCell()) {
                in.add("c_in");
            }
        }
        List<String> out = new ArrayList<>(List.of("y" + number, "h" + number));
        if (hasCell()) {
            out.add("c" + number);
        }
        Message node = node(spec.cell().name(), in, out)
                .message(5, attribute("hidden_size", spec.hiddenSize()))
                .message(5, direction());
        switch (spec.cell()) {
            case GRU -> node.message(5, attribute("linear_before_reset", 1));
            case LSTM, RNN -> {}
        }
        graph.message(1, node);
    }

    private boolean hasCell() {
        return switch (spec.cell()) {
            case LSTM -> true;
            case GRU, RNN -> false;
        };
    }

    private int[] gates() {
        return switch (spec.cell()) {
            case LSTM -> LSTM_GATES;
            case GRU -> GRU_GATES;
            case RNN -> RNN_GATES;
        };
    }

    private Message direction() {
        return new Message()
                .text(1, "direction")
                .bytes(4, (spec.bidirectional() ? "bidirectional" : "forward").getBytes(StandardCharsets.US_ASCII))
                .number(20, ATTRIBUTE_STRING);
    }

    private static Message attribute(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
    }

    private static Message node(String operator, List<String> in, List<String> out) {
        Message node = new Message();
        in.forEach(name -> node.text(1, name));
        out.forEach(name -> node.text(2, name));
        return node.text(4, operator);
    }

    private static Message value(String name, int type, long... shape) {
        Message dims = new Message();
        for (long dim : shape) {
            dims.message(1, new Message().number(1, dim));
        }
        Message tensor = new Message().number(1, type).message(2, dims);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    private static Message floats(String name, float[] values, long... shape) {
        Message tensor = new Message();
        for (long dim : shape) {
            tensor.number(1, dim);
        }
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
    }

    private static byte[] longs(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    /** The weight matrix of all directions, rows in ONNX's gate order. */
    private float[] weights(String kind, int layer, int width) {
        int block = spec.hiddenSize() * width;
        float[] all = new float[spec.directions() * spec.cell().gateCount() * block];
        int to = 0;
        for (int direction = 0; direction < spec.directions(); direction++) {
            to = gates(all, to, canonical(kind, layer, direction), block);
        }
        return all;
    }

    /** Per direction: the input biases, then the recurrent biases. */
    private float[] biases(int layer) {
        float[] all = new float[spec.directions() * 2 * spec.cell().gateCount() * spec.hiddenSize()];
        int to = 0;
        for (int direction = 0; direction < spec.directions(); direction++) {
            to = gates(all, to, canonical("bias_ih", layer, direction), spec.hiddenSize());
            to = gates(all, to, canonical("bias_hh", layer, direction), spec.hiddenSize());
        }
        return all;
    }

    private int gates(float[] all, int to, float[] from, int block) {
        int next = to;
        for (int gate : gates()) {
            System.arraycopy(from, gate * block, all, next, block);
            next += block;
        }
        return next;
    }

    private float[] canonical(String kind, int layer, int direction) {
        return data.weight(kind + "_l" + layer + (direction == 0 ? "" : "_reverse"));
    }
}
