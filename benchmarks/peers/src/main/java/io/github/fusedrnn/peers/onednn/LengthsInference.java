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

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.rnn_primitive_desc_base;

/**
 * Rows of descending lengths, one layer, one direction. The library has no lengths, so the steps are split where a row ends, and each segment is a
 * primitive over the remaining rows. These come first, so inputs, outputs and states are used in place. Splitting at every end makes many short
 * segments; the shortest segment length is chosen by timing.
 */
final class LengthsInference implements LibraryCase {
    private final Dnnl dnnl = new Dnnl();
    private final LayerShape shape;
    private final PlainWeights weights;
    private final memory x;
    private final memory y;
    private final memory[] hidden = new memory[2];
    private final memory[] cell = new memory[2];
    private final List<memory> inputWeights = new ArrayList<>();
    private final List<memory> recurrentWeights = new ArrayList<>();
    private final List<Dnnl.Call> calls;

    LengthsInference(CaseSpec spec, CaseData data) {
        shape = LayerShape.of(spec, 0);
        weights = PlainWeights.allocate(dnnl, shape).copyFrom(dnnl, data.weights());
        x = dnnl.allocate(dnnl.describe(memory.format_tag.tnc, shape.input()));
        dnnl.put(x, data.x());
        y = dnnl.allocate(dnnl.describe(memory.format_tag.tnc, shape.output()));
        for (int i = 0; i < 2; i++) {
            hidden[i] = dnnl.allocate(dnnl.describe(memory.format_tag.ldnc, shape.state()));
            cell[i] = dnnl.allocate(dnnl.describe(memory.format_tag.ldnc, shape.state()));
        }
        int[] lengths = Objects.requireNonNull(data.lengths());
        List<List<Dnnl.Call>> splits = new ArrayList<>();
        for (int minSteps = 1; minSteps < 2 * shape.steps(); minSteps *= 2) {
            splits.add(split(lengths, minSteps));
        }
        calls = fastest(splits);
    }

    /** Segments of at least {@code minSteps} steps. */
    private List<Dnnl.Call> split(int[] lengths, int minSteps) {
        List<Dnnl.Call> segments = new ArrayList<>();
        int begin = 0;
        while (begin < shape.steps()) {
            int rows = rowsAt(lengths, begin);
            int end = begin + 1;
            while (end < shape.steps() && (end - begin < minSteps || rowsAt(lengths, end) == rows)) {
                end++;
            }
            segments.add(segment(begin, end, rows, segments.size()));
            begin = end;
        }
        return segments;
    }

    private static int rowsAt(int[] lengths, int step) {
        int rows = 0;
        while (rows < lengths.length && lengths[rows] > step) {
            rows++;
        }
        return rows;
    }

    private Dnnl.Call segment(int begin, int end, int rows, int index) {
        LayerShape part = shape.of(end - begin, rows);
        memory.desc none = dnnl.keep(new memory.desc());
        memory.desc state = dnnl.describe(memory.format_tag.ldnc, part.state());
        long xStep = (long) shape.rows() * shape.inputs();
        long yStep = (long) shape.rows() * shape.hidden();
        memory.desc in = dnnl.describe(part.input(), new long[] {xStep, shape.inputs(), 1});
        memory.desc out = dnnl.describe(part.output(), new long[] {yStep, shape.hidden(), 1});
        boolean first = begin == 0;
        boolean last = end == shape.steps();
        rnn_primitive_desc_base description = dnnl.keep(ForwardLayer.describe(
                dnnl, part, prop_kind.forward_inference, in, first ? none : state, last ? none : state, out));

        Map<Integer, memory> arguments = new LinkedHashMap<>();
        arguments.put(DNNL_ARG_SRC_LAYER, dnnl.view(x, begin * xStep, in));
        arguments.put(DNNL_ARG_WEIGHTS_LAYER, packed(inputWeights, weights.input(), description.weights_layer_desc()));
        arguments.put(
                DNNL_ARG_WEIGHTS_ITER, packed(recurrentWeights, weights.recurrent(), description.weights_iter_desc()));
        arguments.put(DNNL_ARG_BIAS, weights.bias());
        arguments.put(DNNL_ARG_DST_LAYER, dnnl.view(y, begin * yStep, out));
        int from = index % 2;
        boolean lstm = shape.cell() == CellLayout.LSTM;
        if (!first) {
            arguments.put(DNNL_ARG_SRC_ITER, dnnl.view(hidden[from], 0, state));
            if (lstm) {
                arguments.put(DNNL_ARG_SRC_ITER_C, dnnl.view(cell[from], 0, state));
            }
        }
        if (!last) {
            arguments.put(DNNL_ARG_DST_ITER, dnnl.view(hidden[1 - from], 0, state));
            if (lstm) {
                arguments.put(DNNL_ARG_DST_ITER_C, dnnl.view(cell[1 - from], 0, state));
            }
        }
        primitive forward = dnnl.keep(new primitive(description));
        return dnnl.call(dnnl.keep(forward.get()), arguments);
    }

    /** One copy for all segments that require the same format; {@code known} holds the existing copies. */
    private memory packed(List<memory> known, memory plain, memory.desc required) {
        dnnl.keep(required);
        for (memory copy : known) {
            if (copy.get_desc().equals(required)) {
                return copy;
            }
        }
        Dnnl.Packed packed = dnnl.pack(plain, required);
        packed.update();
        known.add(packed.weights());
        return packed.weights();
    }

    private static List<Dnnl.Call> fastest(List<List<Dnnl.Call>> splits) {
        List<Dnnl.Call> best = splits.get(0);
        long bestNanos = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            for (List<Dnnl.Call> segments : splits) {
                long begin = System.nanoTime();
                segments.forEach(Dnnl.Call::run);
                long nanos = System.nanoTime() - begin;
                if (round > 0 && nanos < bestNanos) {
                    bestNanos = nanos;
                    best = segments;
                }
            }
        }
        return best;
    }

    @Override
    public void run() {
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).run();
        }
    }

    @Override
    public void reset() {}

    @Override
    public float[] output() {
        return dnnl.get(y, LayerShape.count(shape.output()));
    }

    @Override
    public Map<String, float[]> gradients() {
        return Map.of();
    }

    @Override
    public void close() {
        dnnl.close();
    }
}
