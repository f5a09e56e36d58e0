package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentOutput;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.check.LayerGradients;
import io.github.fusedrnn.check.ReferenceLayer;
import io.github.fusedrnn.check.ReferenceRun;
import io.github.fusedrnn.check.SequenceInput;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.examples.cli.BackendChoice;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that can run a conformance case. */
interface CaseTarget {
    /** What tables call it. */
    String name();

    /** Whether it computes in float64. */
    boolean inDoubles();

    /** Whether it can run a layer, and why not. */
    Availability supports(RecurrentConfig config);

    /**
     * Every result of the case's call, named as in {@link ConformanceCase#expected()}, plus those of inference under
     * {@code infer.}.
     */
    Map<String, double[]> run(ConformanceCase c);

    /** The oracle, in float64 throughout. */
    static CaseTarget oracle() {
        return new CaseTarget() {
            @Override
            public String name() {
                return "reference/double";
            }

            @Override
            public boolean inDoubles() {
                return true;
            }

            @Override
            public Availability supports(RecurrentConfig config) {
                return Backends.supports(BackendKind.REFERENCE, config);
            }

            @Override
            public Map<String, double[]> run(ConformanceCase c) {
                return runOracle(c);
            }
        };
    }

    /** A layer as users have it, in float32. */
    static CaseTarget layer(BackendChoice choice) {
        return new CaseTarget() {
            @Override
            public String name() {
                return choice.name();
            }

            @Override
            public boolean inDoubles() {
                return false;
            }

            @Override
            public Availability supports(RecurrentConfig config) {
                return choice.supports(config);
            }

            @Override
            public Map<String, double[]> run(ConformanceCase c) {
                Map<String, float[]> weights = new LinkedHashMap<>();
                c.weights().forEach((name, values) -> weights.put(name, narrow(values)));
                RecurrentBuilder<?> builder = RecurrentBuilder.of(c.config()).weights(weights);
                choice.apply(builder);
                try (RecurrentLayer layer = builder.build()) {
                    return runLayer(layer, c);
                }
            }
        };
    }

    private static Map<String, double[]> runOracle(ConformanceCase c) {
        ReferenceLayer layer = ReferenceLayer.of(c.config());
        c.weights().forEach(layer::setWeight);
        SequenceInput input = SequenceInput.of(c.t(), c.n(), c.x()).withState(c.h0(), c.c0());
        if (c.lengths() != null) {
            input = input.withLengths(c.lengths());
        }
        ReferenceRun run = layer.forward(input);
        Map<String, double[]> results = new LinkedHashMap<>();
        results.put("output", run.y());
        results.put("h_n", run.hn());
        if (c.config().hasCellState()) {
            results.put("c_n", run.cn());
        }
        if (c.hasGradients()) {
            LayerGradients gradients = run.backward(c.dy(), c.dhn(), c.dcn());
            results.put("grad.input", gradients.dx());
            results.put("grad.h_0", gradients.dh0());
            if (c.config().hasCellState()) {
                results.put("grad.c_0", gradients.dc0());
            }
            c.weights().keySet().forEach(name -> results.put("grad." + name, gradients.weight(name)));
        }
        return results;
    }

    private static Map<String, double[]> runLayer(RecurrentLayer layer, ConformanceCase c) {
        Map<String, double[]> results = new LinkedHashMap<>();
        try (FloatTensor x = layer.newInput(c.t(), c.n());
                RecurrentState stateIn = state(layer, c.n(), c.h0(), c.c0());
                FloatTensor y = layer.newOutput(c.t(), c.n());
                RecurrentState stateOut = layer.newState(c.n())) {
            x.copyFrom(narrow(c.x()));
            try (RecurrentOutput inferred = layer.infer(x, c.lengths(), stateIn)) {
                putOutputs("infer.", inferred.y(), inferred.state(), results);
            }
            try (Tape tape = layer.forward(x, c.lengths(), stateIn, y, stateOut)) {
                putOutputs("", y, stateOut, results);
                if (c.hasGradients()) {
                    backward(layer, tape, c, results);
                }
            }
        }
        return results;
    }

    private static void backward(RecurrentLayer layer, Tape tape, ConformanceCase c, Map<String, double[]> results) {
        try (FloatTensor dy =
                        c.dy() == null ? null : layer.newOutput(c.t(), c.n()).copyFrom(narrow(c.dy()));
                RecurrentState dStateOut = state(layer, c.n(), c.dhn(), c.dcn());
                FloatTensor dx = layer.newInput(c.t(), c.n());
                RecurrentState dStateIn = layer.newState(c.n());
                Gradients gradients = layer.newGradients()) {
            tape.backward(dy, dStateOut, dx, dStateIn, gradients);
            results.put("grad.input", widen(dx));
            results.put("grad.h_0", widen(dStateIn.h()));
            if (dStateIn.hasCellState()) {
                results.put("grad.c_0", widen(dStateIn.c()));
            }
            for (String name : gradients.names()) {
                results.put("grad." + name, widen(gradients.get(name)));
            }
        }
    }

    /** A state, or null, which means zeros, where the case has none. */
    private static @Nullable RecurrentState state(
            RecurrentLayer layer, int n, double @Nullable [] h, double @Nullable [] c) {
        if (h == null && c == null) {
            return null;
        }
        RecurrentState state = layer.newState(n);
        try {
            if (h != null) {
                state.h().copyFrom(narrow(h));
            }
            if (c != null) {
                state.c().copyFrom(narrow(c));
            }
            return state;
        } catch (RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private static void putOutputs(String prefix, FloatTensor y, RecurrentState state, Map<String, double[]> results) {
        results.put(prefix + "output", widen(y));
        results.put(prefix + "h_n", widen(state.h()));
        if (state.hasCellState()) {
            results.put(prefix + "c_n", widen(state.c()));
        }
    }

    private static float[] narrow(double[] values) {
        float[] narrowed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrowed[i] = (float) values[i];
        }
        return narrowed;
    }

    private static double[] widen(FloatTensor tensor) {
        float[] values = tensor.toArray();
        double[] widened = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            widened[i] = values[i];
        }
        return widened;
    }
}
