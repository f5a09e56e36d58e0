package io.github.fusedrnn.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC_ITER_C;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_ITER_C;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS_ITER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS_LAYER;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_lbr_gru_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_lstm_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_rnn_flags_diff_weights_overwrite;
import static org.bytedeco.dnnl.global.dnnl.dnnl_vanilla_rnn_backward_primitive_desc_create;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.lbr_gru_backward;
import org.bytedeco.dnnl.lstm_backward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.rnn_primitive_desc_base;
import org.bytedeco.dnnl.vanilla_rnn_backward;

/** The backward primitive of one layer: all gradients, those of the weights in plain formats, overwritten by each call. */
final class BackwardLayer {
    final memory dx;
    final PlainWeights gradients;
    private final Dnnl.Packed inputWeights;
    private final Dnnl.Packed recurrentWeights;
    private final Dnnl.Call call;

    /**
     * The backward primitive of {@code forward}.
     *
     * @param dy gradient of its output
     */
    BackwardLayer(Dnnl dnnl, ForwardLayer forward, PlainWeights weights, memory dy) {
        LayerShape shape = forward.shape;
        rnn_primitive_desc_base description = dnnl.keep(describe(dnnl, forward));
        dx = dnnl.allocate(dnnl.describe(memory.format_tag.tnc, shape.input()));
        gradients = PlainWeights.allocate(dnnl, shape);
        inputWeights = dnnl.pack(weights.input(), dnnl.keep(description.weights_layer_desc()));
        recurrentWeights = dnnl.pack(weights.recurrent(), dnnl.keep(description.weights_iter_desc()));
        memory.desc state = dnnl.describe(memory.format_tag.ldnc, shape.state());

        Map<Integer, memory> arguments = new LinkedHashMap<>();
        arguments.put(DNNL_ARG_SRC_LAYER, forward.x);
        arguments.put(DNNL_ARG_SRC_ITER, forward.hidden[0]);
        arguments.put(DNNL_ARG_WEIGHTS_LAYER, inputWeights.weights());
        arguments.put(DNNL_ARG_WEIGHTS_ITER, recurrentWeights.weights());
        arguments.put(DNNL_ARG_BIAS, forward.bias);
        arguments.put(DNNL_ARG_DST_LAYER, forward.y);
        arguments.put(DNNL_ARG_WORKSPACE, Objects.requireNonNull(forward.workspace));
        arguments.put(DNNL_ARG_DIFF_DST_LAYER, dy);
        arguments.put(DNNL_ARG_DIFF_SRC_LAYER, dx);
        arguments.put(DNNL_ARG_DIFF_SRC_ITER, dnnl.allocate(state));
        arguments.put(DNNL_ARG_DIFF_WEIGHTS_LAYER, gradients.input());
        arguments.put(DNNL_ARG_DIFF_WEIGHTS_ITER, gradients.recurrent());
        arguments.put(DNNL_ARG_DIFF_BIAS, gradients.bias());
        if (shape.cell() == CellLayout.LSTM) {
            arguments.put(DNNL_ARG_SRC_ITER_C, forward.cell[0]);
            arguments.put(DNNL_ARG_DIFF_SRC_ITER_C, dnnl.allocate(state));
        }
        primitive backward = dnnl.keep(new primitive(description));
        call = dnnl.call(dnnl.keep(backward.get()), arguments);
    }

    /** Uses the C API: only it has the flag that makes zeroing the weight gradients before each call unnecessary. */
    private static rnn_primitive_desc_base describe(Dnnl dnnl, ForwardLayer forward) {
        LayerShape shape = forward.shape;
        dnnl_memory_desc x = raw(dnnl, memory.format_tag.tnc, shape.input());
        dnnl_memory_desc y = raw(dnnl, memory.format_tag.tnc, shape.output());
        dnnl_memory_desc s = raw(dnnl, memory.format_tag.ldnc, shape.state());
        dnnl_memory_desc wx = raw(dnnl, memory.format_tag.any, shape.inputWeights());
        dnnl_memory_desc wh = raw(dnnl, memory.format_tag.any, shape.recurrentWeights());
        dnnl_memory_desc dwx = raw(dnnl, memory.format_tag.ldigo, shape.inputWeights());
        dnnl_memory_desc dwh = raw(dnnl, memory.format_tag.ldigo, shape.recurrentWeights());
        dnnl_memory_desc b = raw(dnnl, memory.format_tag.ldgo, shape.bias());
        dnnl_memory_desc none = null;
        dnnl_primitive_attr plain = null;
        dnnl_engine engine = dnnl.keep(dnnl.cpu.get());
        dnnl_primitive_desc hint = dnnl.keep(forward.description.get());
        dnnl_primitive_desc made = new dnnl_primitive_desc();
        int kind = prop_kind.backward.value;
        int direction = shape.direction().value;
        int flags = dnnl_rnn_flags_diff_weights_overwrite;
        return switch (shape.cell()) {
            case LSTM -> {
                Dnnl.check(
                        dnnl_lstm_backward_primitive_desc_create(
                                made, engine, kind, direction, x, s, s, wx, wh, none, none, b, y, none, none, x, s, s,
                                dwx, dwh, none, none, b, y, none, none, flags, hint, plain),
                        "lstm_backward");
                yield new lstm_backward.primitive_desc(made);
            }
            case GRU -> {
                Dnnl.check(
                        dnnl_lbr_gru_backward_primitive_desc_create(
                                made, engine, kind, direction, x, s, wx, wh, b, y, none, x, s, dwx, dwh, b, y, none,
                                flags, hint, plain),
                        "lbr_gru_backward");
                yield new lbr_gru_backward.primitive_desc(made);
            }
            case RNN -> {
                Dnnl.check(
                        dnnl_vanilla_rnn_backward_primitive_desc_create(
                                made,
                                engine,
                                kind,
                                algorithm.eltwise_tanh.value,
                                direction,
                                x,
                                s,
                                wx,
                                wh,
                                b,
                                y,
                                none,
                                x,
                                s,
                                dwx,
                                dwh,
                                b,
                                y,
                                none,
                                flags,
                                0f,
                                0f,
                                hint,
                                plain),
                        "vanilla_rnn_backward");
                yield new vanilla_rnn_backward.primitive_desc(made);
            }
        };
    }

    private static dnnl_memory_desc raw(Dnnl dnnl, memory.format_tag tag, long[] dims) {
        return dnnl.keep(dnnl.describe(tag, dims).get());
    }

    void packWeights() {
        inputWeights.update();
        recurrentWeights.update();
    }

    void run() {
        call.run();
    }
}
