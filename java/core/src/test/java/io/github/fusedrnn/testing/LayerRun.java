package io.github.fusedrnn.testing;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls of a layer through its public API with Java arrays in and out. */
public final class LayerRun {
    private LayerRun() {}

    /**
     * Numbers that come out of a call; c is empty for a cell without.
     *
     * @param y output
     * @param h final h
     * @param c final c
     */
    public record Result(float[] y, float[] h, float[] c) {}

    /** Inference into memory full of NaN, so that what is not written shows. */
    public static Result infer(
            RecurrentLayer layer,
            int t,
            int n,
            float[] x,
            int @Nullable [] lengths,
            float @Nullable [] h0,
            float @Nullable [] c0) {
        try (FloatTensor input = layer.newInput(t, n);
                FloatTensor y = layer.newOutput(t, n);
                RecurrentState in = state(layer, n, h0, c0);
                RecurrentState out = layer.newState(n)) {
            input.copyFrom(x);
            y.fill(Float.NaN);
            out.h().fill(Float.NaN);
            if (out.hasCellState()) {
                out.c().fill(Float.NaN);
            }
            layer.infer(input, lengths, h0 == null && c0 == null ? null : in, y, out);
            return result(y, out);
        }
    }

    private static Result result(FloatTensor y, RecurrentState out) {
        return new Result(
                y.toArray(), out.h().toArray(), out.hasCellState() ? out.c().toArray() : new float[0]);
    }

    /** A state with given values, zero where null. */
    public static RecurrentState state(RecurrentLayer layer, int n, float @Nullable [] h, float @Nullable [] c) {
        RecurrentState state = layer.newState(n);
        if (h != null) {
            state.h().copyFrom(h);
        }
        if (c != null && state.hasCellState()) {
            state.c().copyFrom(c);
        }
        return state;
    }

    /** A whole training call: every output and every gradient of a case, by the names that {@link GoldenCase#expected()} uses. */
    public static Map<String, double[]> train(RecurrentLayer layer, GoldenCase c, long dropoutCall) {
        RecurrentConfig config = c.config();
        Map<String, double[]> all = new LinkedHashMap<>();
        try (FloatTensor x = layer.newInput(c.t(), c.n());
                FloatTensor y = layer.newOutput(c.t(), c.n());
                FloatTensor dy = layer.newOutput(c.t(), c.n());
                FloatTensor dx = layer.newInput(c.t(), c.n());
                RecurrentState in = state(layer, c.n(), floats(c.h0()), floats(c.c0()));
                RecurrentState out = layer.newState(c.n());
                RecurrentState dOut = state(layer, c.n(), floats(c.dhn()), floats(c.dcn()));
                RecurrentState dIn = layer.newState(c.n());
                Gradients gradients = layer.newGradients()) {
            x.copyFrom(floats(c.x()));
            boolean noState = c.h0() == null && c.c0() == null;
            try (Tape tape = layer.forward(x, c.lengths(), noState ? null : in, y, out, dropoutCall)) {
                all.put("output", doubles(y));
                all.put("h_n", doubles(out.h()));
                if (config.hasCellState()) {
                    all.put("c_n", doubles(out.c()));
                }
                if (c.dy() == null && c.dhn() == null && c.dcn() == null) {
                    return all;
                }
                if (c.dy() != null) {
                    dy.copyFrom(floats(c.dy()));
                }
                dx.fill(Float.NaN);
                dIn.h().fill(Float.NaN);
                tape.backward(
                        c.dy() == null ? null : dy,
                        c.dhn() == null && c.dcn() == null ? null : dOut,
                        dx,
                        dIn,
                        gradients);
            }
            all.put("grad.input", doubles(dx));
            all.put("grad.h_0", doubles(dIn.h()));
            if (config.hasCellState()) {
                all.put("grad.c_0", doubles(dIn.c()));
            }
            for (String name : gradients.names()) {
                all.put("grad." + name, doubles(gradients.get(name)));
            }
            return all;
        }
    }

    private static double[] doubles(FloatTensor tensor) {
        return doubles(tensor.toArray());
    }

    /** Widened. */
    public static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /** Rounded; null stays null. */
    @SuppressWarnings("NullAway") // null exactly where the argument is
    public static float[] floats(double @Nullable [] values) {
        if (values == null) {
            return null;
        }
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
