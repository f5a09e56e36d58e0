package io.github.fusedrnn.peers.onednn;

import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.memory;

/** The parameters of a layer, or their gradients, in oneDNN's plain formats, as a user would keep and update them. */
record PlainWeights(LayerShape shape, memory input, memory recurrent, memory bias) {
    static PlainWeights allocate(Dnnl dnnl, LayerShape shape) {
        return new PlainWeights(
                shape,
                dnnl.allocate(dnnl.describe(memory.format_tag.ldigo, shape.inputWeights())),
                dnnl.allocate(dnnl.describe(memory.format_tag.ldigo, shape.recurrentWeights())),
                dnnl.allocate(dnnl.describe(memory.format_tag.ldgo, shape.bias())));
    }

    /** Fills them from PyTorch's parameters. */
    PlainWeights copyFrom(Dnnl dnnl, Map<String, float[]> weights) {
        CellLayout cell = shape.cell();
        float[] x = new float[LayerShape.count(shape.inputWeights())];
        float[] h = new float[LayerShape.count(shape.recurrentWeights())];
        float[] b = new float[LayerShape.count(shape.bias())];
        for (int d = 0; d < shape.directions(); d++) {
            String suffix = shape.suffix(d);
            cell.putWeight(parameter(weights, "weight_ih" + suffix), shape.inputs(), shape.hidden(), x, part(x, d));
            cell.putWeight(parameter(weights, "weight_hh" + suffix), shape.hidden(), shape.hidden(), h, part(h, d));
            cell.putBias(
                    parameter(weights, "bias_ih" + suffix),
                    parameter(weights, "bias_hh" + suffix),
                    shape.hidden(),
                    b,
                    part(b, d));
        }
        dnnl.put(input, x);
        dnnl.put(recurrent, h);
        dnnl.put(bias, b);
        return this;
    }

    /** Adds copies under PyTorch's names, in its layout. */
    void copyTo(Dnnl dnnl, Map<String, float[]> weights) {
        CellLayout cell = shape.cell();
        float[] x = dnnl.get(input, LayerShape.count(shape.inputWeights()));
        float[] h = dnnl.get(recurrent, LayerShape.count(shape.recurrentWeights()));
        float[] b = dnnl.get(bias, LayerShape.count(shape.bias()));
        for (int d = 0; d < shape.directions(); d++) {
            String suffix = shape.suffix(d);
            weights.put("weight_ih" + suffix, cell.weight(x, part(x, d), shape.inputs(), shape.hidden()));
            weights.put("weight_hh" + suffix, cell.weight(h, part(h, d), shape.hidden(), shape.hidden()));
            weights.put("bias_ih" + suffix, cell.bias(b, part(b, d), shape.hidden(), false));
            weights.put("bias_hh" + suffix, cell.bias(b, part(b, d), shape.hidden(), true));
        }
    }

    private int part(float[] all, int direction) {
        return all.length / shape.directions() * direction;
    }

    private static float[] parameter(Map<String, float[]> weights, String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }
}
