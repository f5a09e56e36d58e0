package io.github.fusedrnn.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST_ITER_C;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_ITER_C;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.lbr_gru_forward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.rnn_primitive_desc_base;
import org.bytedeco.dnnl.vanilla_rnn_forward;
import org.jspecify.annotations.Nullable;

/**
 * The forward primitive of one layer, with its weights in the format that it chose and all memory allocated. One primitive per layer: a single one
 * for all layers takes 2 to 3 times as long.
 */
final class ForwardLayer {
    /** How a call handles initial and final states. */
    enum States {
        /** No initial states, no final states. */
        NONE,
        /** Explicit zeros: without them the training of LSTM and RNN computes a wrong gradient of the recurrent weights. */
        EXPLICIT_ZERO,
        /** The final states of the previous call: two sets that alternate, since a primitive may not write what it reads. */
        CARRIED
    }

    final LayerShape shape;
    final rnn_primitive_desc_base description;
    final memory x;
    final memory y;
    final memory bias;
    final @Nullable memory workspace;
    final memory[] hidden = new memory[2];
    final memory[] cell = new memory[2];
    private final Dnnl.Packed inputWeights;
    private final Dnnl.Packed recurrentWeights;
    private final Dnnl.Call[] calls;
    private int phase;

    ForwardLayer(Dnnl dnnl, PlainWeights weights, boolean training, States states, @Nullable memory input) {
        shape = weights.shape();
        boolean hasInitial = states != States.NONE;
        boolean hasFinal = states == States.CARRIED;
        memory.desc none = dnnl.keep(new memory.desc());
        memory.desc state = dnnl.describe(memory.format_tag.ldnc, shape.state());
        description = dnnl.keep(describe(
                dnnl,
                shape,
                training ? prop_kind.forward_training : prop_kind.forward_inference,
                dnnl.describe(memory.format_tag.tnc, shape.input()),
                hasInitial ? state : none,
                hasFinal ? state : none,
                dnnl.describe(memory.format_tag.tnc, shape.output())));
        x = input == null ? dnnl.allocate(dnnl.describe(memory.format_tag.tnc, shape.input())) : input;
        y = dnnl.allocate(dnnl.describe(memory.format_tag.tnc, shape.output()));
        bias = weights.bias();
        inputWeights = dnnl.pack(weights.input(), dnnl.keep(description.weights_layer_desc()));
        recurrentWeights = dnnl.pack(weights.recurrent(), dnnl.keep(description.weights_iter_desc()));
        workspace = training ? dnnl.allocate(dnnl.keep(description.workspace_desc())) : null;
        for (int i = 0; i < 2; i++) {
            hidden[i] = dnnl.allocate(dnnl.describe(memory.format_tag.ldnc, shape.state()));
            cell[i] = dnnl.allocate(dnnl.describe(memory.format_tag.ldnc, shape.state()));
        }
        primitive forward = dnnl.keep(new primitive(description));
        calls = new Dnnl.Call[hasFinal ? 2 : 1];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = dnnl.call(dnnl.keep(forward.get()), arguments(i, hasInitial, hasFinal));
        }
    }

    /** The primitive descriptor of a layer with these memory descriptors; the library chooses the format of the weights. */
    static rnn_primitive_desc_base describe(
            Dnnl dnnl,
            LayerShape shape,
            prop_kind kind,
            memory.desc in,
            memory.desc first,
            memory.desc last,
            memory.desc out) {
        memory.desc wx = dnnl.describe(memory.format_tag.any, shape.inputWeights());
        memory.desc wh = dnnl.describe(memory.format_tag.any, shape.recurrentWeights());
        memory.desc b = dnnl.describe(memory.format_tag.ldgo, shape.bias());
        return switch (shape.cell()) {
            case LSTM ->
                new lstm_forward.primitive_desc(
                        dnnl.cpu, kind, shape.direction(), in, first, first, wx, wh, b, out, last, last);
            case GRU ->
                new lbr_gru_forward.primitive_desc(dnnl.cpu, kind, shape.direction(), in, first, wx, wh, b, out, last);
            case RNN ->
                new vanilla_rnn_forward.primitive_desc(
                        dnnl.cpu, kind, algorithm.eltwise_tanh, shape.direction(), in, first, wx, wh, b, out, last);
        };
    }

    private Map<Integer, memory> arguments(int from, boolean hasInitial, boolean hasFinal) {
        Map<Integer, memory> arguments = new LinkedHashMap<>();
        arguments.put(DNNL_ARG_SRC_LAYER, x);
        arguments.put(DNNL_ARG_WEIGHTS_LAYER, inputWeights.weights());
        arguments.put(DNNL_ARG_WEIGHTS_ITER, recurrentWeights.weights());
        arguments.put(DNNL_ARG_BIAS, bias);
        arguments.put(DNNL_ARG_DST_LAYER, y);
        boolean lstm = shape.cell() == CellLayout.LSTM;
        if (hasInitial) {
            arguments.put(DNNL_ARG_SRC_ITER, hidden[from]);
            if (lstm) {
                arguments.put(DNNL_ARG_SRC_ITER_C, cell[from]);
            }
        }
        if (hasFinal) {
            arguments.put(DNNL_ARG_DST_ITER, hidden[1 - from]);
            if (lstm) {
                arguments.put(DNNL_ARG_DST_ITER_C, cell[1 - from]);
            }
        }
        if (workspace != null) {
            arguments.put(DNNL_ARG_WORKSPACE, workspace);
        }
        return arguments;
    }

    void packWeights() {
        inputWeights.update();
        recurrentWeights.update();
    }

    void run() {
        calls[phase].run();
        phase = (phase + 1) % calls.length;
    }

    void resetState(Dnnl dnnl) {
        phase = 0;
        for (int i = 0; i < 2; i++) {
            dnnl.fillZero(hidden[i]);
            dnnl.fillZero(cell[i]);
        }
    }
}
