package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

abstract class OptimizerContract extends BackendContract {
    private static final int STEPS = 6;

    OptimizerContract(BackendKind backend) {
        super(backend);
    }

    /** An LSTM and a dense layer: optimisers see no difference. */
    private Parameters model() {
        Lstm lstm = closing(Lstm.builder(3, 4).seed(2).backend(backend).build());
        Gradients gradients = closing(lstm.newGradients());
        Dense head = closing(Dense.builder(4, 5).seed(3).backend(backend).build());
        return Parameters.builder()
                .add("lstm", lstm, gradients)
                .add("head", head)
                .build();
    }

    private static float[] weights(ParameterBlock block) {
        float[] all = new float[(int) block.size()];
        for (ParameterBlock.Entry entry : block.entries()) {
            System.arraycopy(block.read(entry), 0, all, (int) entry.offset(), (int) entry.size());
        }
        return all;
    }

    private static void drawGradients(Parameters parameters, int step) {
        parameters.blocks().forEach((name, block) -> block.gradients()
                .copyFrom(Numbers.random(step * 31L + name.length(), (int) block.size())));
    }

    /** The update of one element in float64; {@code state} is its velocity, or its two moments. */
    private interface Rule {
        double apply(double w, double g, double[] state, int step);
    }

    private void check(Optimizer optimizer, Rule rule) {
        Parameters parameters = optimizer.parameters();
        Map<String, double[]> expected = new HashMap<>();
        Map<String, double[][]> states = new HashMap<>();
        parameters.blocks().forEach((name, block) -> {
            expected.put(name, Numbers.doubles(weights(block)));
            states.put(name, new double[(int) block.size()][2]);
        });
        for (int step = 1; step <= STEPS; step++) {
            int now = step;
            drawGradients(parameters, step);
            optimizer.step();
            parameters.blocks().forEach((name, block) -> {
                float[] g = block.gradients().toArray();
                double[] w = expected.get(name);
                for (int i = 0; i < w.length; i++) {
                    w[i] = rule.apply(w[i], g[i], states.get(name)[i], now);
                }
            });
        }
        assertThat(optimizer.steps()).isEqualTo(STEPS);
        // Each step rounds a weight of at most about 1 once, and its update a few times.
        parameters
                .blocks()
                .forEach((name, block) ->
                        Numbers.assertClose(name, weights(block), expected.get(name), STEPS * Numbers.tolerance(1)));
    }

    @Test
    void plainSgdFollowsItsFormula() {
        check(closing(Sgd.builder(model()).learningRate(0.3f).build()), (w, g, s, step) -> w - 0.3f * g);
    }

    @Test
    void sgdWithMomentumAndWeightDecayFollowsItsFormula() {
        Sgd sgd = closing(Sgd.builder(model())
                .learningRate(0.1f)
                .momentum(0.9f)
                .weightDecay(0.01f)
                .build());
        check(sgd, (w, g, s, step) -> {
            s[0] = 0.9f * s[0] + g + 0.01f * w;
            return w - 0.1f * s[0];
        });
    }

    @Test
    void nesterovFollowsItsFormula() {
        Sgd sgd = closing(Sgd.builder(model())
                .learningRate(0.1f)
                .momentum(0.8f)
                .nesterov(true)
                .build());
        check(sgd, (w, g, s, step) -> {
            s[0] = 0.8f * s[0] + g;
            return w - 0.1f * (g + 0.8f * s[0]);
        });
    }

    private static double adam(double g, double[] s, int step) {
        s[0] = 0.9f * s[0] + (1 - (double) 0.9f) * g;
        s[1] = 0.99f * s[1] + (1 - (double) 0.99f) * g * g;
        double m = s[0] / (1 - Math.pow(0.9f, step));
        double v = s[1] / (1 - Math.pow(0.99f, step));
        return m / (Math.sqrt(v) + 1e-6f);
    }

    private Adam.Builder adam(Parameters parameters) {
        return Adam.builder(parameters).learningRate(0.02f).betas(0.9f, 0.99f).epsilon(1e-6f);
    }

    @Test
    void adamFollowsItsFormula() {
        check(closing(adam(model()).build()), (w, g, s, step) -> w - 0.02f * adam(g, s, step));
    }

    @Test
    void adamWithWeightDecayFollowsItsFormula() {
        check(
                closing(adam(model()).weightDecay(0.1f).build()),
                (w, g, s, step) -> w - 0.02f * adam(g + 0.1f * w, s, step));
    }

    @Test
    void adamWithDecoupledWeightDecayFollowsItsFormula() {
        check(
                closing(adam(model()).weightDecay(0.1f).decoupled(true).build()),
                (w, g, s, step) -> w - (double) 0.02f * 0.1f * w - 0.02f * adam(g, s, step));
    }

    @Test
    void stepLeavesGradientsAndRaisesTheWeightsVersion() {
        Lstm lstm = closing(Lstm.builder(3, 4).backend(backend).build());
        Gradients gradients = closing(lstm.newGradients());
        Parameters parameters =
                Parameters.builder().add("lstm", lstm, gradients).build();
        drawGradients(parameters, 1);
        float[] before = gradients.all().toArray();
        FloatTensor x = tensor(Numbers.random(4, 6), 2, 1, 3);
        float[] y = infer(lstm, x);
        long version = lstm.weights().version();
        closing(adam(parameters).build()).step();
        assertThat(gradients.all().toArray()).isEqualTo(before);
        assertThat(lstm.weights().version()).isGreaterThan(version);
        assertThat(infer(lstm, x)).as("the layer sees its new weights").isNotEqualTo(y);
    }

    private static float[] infer(Lstm lstm, FloatTensor x) {
        try (var output = lstm.infer(x)) {
            return output.y().toArray();
        }
    }

    @Test
    void learningRateCanChange() {
        Parameters parameters = model();
        Sgd sgd = closing(Sgd.builder(parameters).learningRate(0.5f).build());
        drawGradients(parameters, 1);
        float[] before = weights(parameters.blocks().get("head"));
        sgd.setLearningRate(0);
        sgd.step();
        assertThat(weights(parameters.blocks().get("head"))).isEqualTo(before);
        sgd.setLearningRate(0.25f);
        assertThat(sgd.learningRate()).isEqualTo(0.25f);
        sgd.step();
        assertThat(weights(parameters.blocks().get("head"))).isNotEqualTo(before);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sgd.setLearningRate(Float.NaN))
                .withMessage("learningRate: NaN (expected: a finite number >= 0)");
    }

    @Test
    void goesOnFromSavedState() {
        Parameters first = model();
        Adam adam = closing(adam(first).build());
        run(adam, 1, 3);
        Map<String, float[]> state = adam.state();
        assertThat(state).containsKeys("m.lstm.weight_ih_l0", "v.head.bias").hasSize(12);

        Parameters second = model();
        copyWeights(first, second);
        Adam resumed = closing(Adam.builder(second)
                .betas(0.9f, 0.99f)
                .epsilon(1e-6f)
                .learningRate(5)
                .build());
        resumed.restore(adam.steps(), adam.learningRate(), state);
        run(adam, 4, 6);
        run(resumed, 4, 6);
        first.blocks()
                .forEach((name, block) ->
                        assertThat(weights(second.blocks().get(name))).as(name).isEqualTo(weights(block)));
    }

    private static void run(Optimizer optimizer, int from, int to) {
        for (int step = from; step <= to; step++) {
            drawGradients(optimizer.parameters(), step);
            optimizer.step();
        }
    }

    private static void copyWeights(Parameters from, Parameters to) {
        from.blocks().forEach((name, block) -> to.blocks().get(name).update(w -> w.copyFrom(weights(block))));
    }

    @Test
    void refusesStateThatIsNotItsOwn() {
        Sgd sgd = closing(Sgd.builder(model()).momentum(0.5f).build());
        Map<String, float[]> state = new HashMap<>(sgd.state());
        state.remove("velocity.lstm.weight_hh_l0");
        state.put("velocity.head.bias", new float[3]);
        state.put("m.head.bias", new float[5]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sgd.restore(4, 0.1f, state))
                .withMessage("state of sgd: velocity.lstm.weight_hh_l0: missing (expected: [16, 4]); "
                        + "velocity.head.bias: 3 elements (expected: 5 = [5]); unknown: [m.head.bias]");
        assertThat(sgd.steps()).isZero();
        assertThat(closing(Sgd.builder(model()).build()).state()).isEmpty();
    }

    @Test
    void changesNothingWhenSomethingIsClosed() {
        Dense first = closing(Dense.builder(2, 3).backend(backend).build());
        Dense second = closing(Dense.builder(3, 2).backend(backend).build());
        Parameters parameters =
                Parameters.builder().add("first", first).add("second", second).build();
        Sgd sgd = closing(Sgd.builder(parameters).build());
        drawGradients(parameters, 1);
        float[] before = first.weight().toArray();
        second.close();
        assertThatIllegalStateException()
                .isThrownBy(sgd::step)
                .withMessage("parameters 'second': Dense 3 -> 2 is closed");
        assertThat(first.weight().toArray()).isEqualTo(before);
        assertThat(sgd.steps()).isZero();
        sgd.close();
        sgd.close();
        assertThatIllegalStateException().isThrownBy(sgd::step).withMessage("sgd is closed");
    }

    @Test
    void seesAClosedRecurrentLayer() {
        Lstm lstm = closing(Lstm.builder(3, 4).backend(backend).build());
        Gradients gradients = closing(lstm.newGradients());
        Parameters parameters =
                Parameters.builder().add("lstm", lstm, gradients).build();
        parameters.checkOpen();
        lstm.close();
        assertThatIllegalStateException()
                .isThrownBy(parameters::checkOpen)
                .withMessageStartingWith("parameters 'lstm': ");
    }

    @Test
    void refusesNumbersThatDoNotDo() {
        Parameters parameters = model();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sgd.builder(parameters).nesterov(true).build())
                .withMessage("nesterov: true with momentum 0 (expected: momentum > 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sgd.builder(parameters).momentum(1))
                .withMessage("momentum: 1.0 (expected: 0 <= momentum < 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Adam.builder(parameters).betas(0.9f, 1))
                .withMessage("beta2: 1.0 (expected: 0 <= beta < 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Adam.builder(parameters).epsilon(0))
                .withMessage("epsilon: 0.0 (expected: a finite number > 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Adam.builder(parameters).weightDecay(-1))
                .withMessage("weightDecay: -1.0 (expected: a finite number >= 0)");
    }
}
